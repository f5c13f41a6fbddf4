import type { Erasure } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import { entityId, operatorRequests } from '@daybook/contracts';
import { Router } from 'express';
import { commandContext } from './command-context.ts';
import { actorOf } from './headers.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

/**
 * `POST /v1/subjects/{id}/erase {reason}` with `X-Actor`: makes the subject's personal data unreadable and answers with the receipt.
 * 400 `actor-required`, 404 `subject-unknown` where there never were any.
 */
export function subjectRoutes({ erase, runtime }: { readonly erase: Erasure; readonly runtime: Runtime }): Router {
  const router = Router();
  router.post('/v1/subjects/:subject/erase', async (request, response) => {
    const subject = validate(entityId, request.params.subject, 'subject');
    const body = validate(operatorRequests.plain, request.body);
    const actor = actorOf(request);
    if (actor === undefined) throw new Problem(400, 'actor-required', 'X-Actor: say who has the subject erased.');
    const { commandKey, traceparent } = commandContext(request, runtime).metadata;
    const receipt = await erase(subject, { actor, reason: body.reason, commandKey, traceparent });
    if (receipt === undefined) {
      throw new Problem(404, 'subject-unknown', `There are no personal data of a subject ${subject}.`);
    }
    response.json(receipt);
  });
  return router;
}
