import { operatorRequests } from '@daybook/contracts';
import type { Refusal, Runtime } from '@daybook/ports';
import type { Asked, ParityReport, ReadModelCommands } from '@daybook/projections';
import { type Request, type Response, Router } from 'express';
import type { Log } from '../log.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { actorOf } from './headers.ts';
import { Problem } from './problem.ts';
import { validate } from './validate.ts';

export interface ReadModelRoutesOptions {
  readonly readModels: ReadModelCommands;
  readonly runtime: Pick<Runtime, 'sleep'>;
  /** Told of a comparison that fails after its request was answered. */
  readonly log: Log;
}

/** A comparison that takes longer goes on without its request: its report is at the build. */
const parityAnswerMs = 10_000;

/** Refusals that are about the request and not about the state. */
const statuses: Readonly<Record<string, number>> = { 'unknown-read-model': 404, 'version-unknown': 400 };

/**
 * Read models and their builds, for operators. `GET /v1/read-models` shows each with its builds, their progress and the last comparison. `POST
 * /v1/read-models/{name}/rebuild {reason, version?}` begins a build beside the one that serves, `/parity {reason}` compares the two (200 with the
 * report, or 202 while it still goes on), `/switch {reason, force?}` lets the new one serve, `/rollback {reason}` the one before, `/retire {reason}`
 * deletes the one that does not serve. All need `X-Actor`; who and why is kept with the read model and logged. 409 says why not.
 */
export function readModelRoutes({ readModels, runtime, log }: ReadModelRoutesOptions): Router {
  const router = Router();

  router.get('/v1/read-models', async (_request, response) => {
    response.json({ items: await readModels.describe() });
  });
  router.post('/v1/read-models/:name/rebuild', async (request, response) => {
    const { version, ...body } = validate(operatorRequests.rebuild, request.body);
    const wanted = { ...body, ...askerOf(request), ...(version === undefined ? {} : { version }) };
    answer(response, 202, await readModels.rebuild(nameOf(request), wanted));
  });
  router.post('/v1/read-models/:name/parity', async (request, response) => {
    const body = validate(operatorRequests.plain, request.body);
    const name = nameOf(request);
    const comparing = readModels.parity(name, { ...body, ...askerOf(request) });
    const patience = new AbortController();
    const outcome = await Promise.race([
      comparing,
      runtime.sleep(parityAnswerMs, patience.signal).then(() => undefined),
    ]).finally(() => patience.abort());
    if (outcome !== undefined) answer<ParityReport>(response, 200, outcome);
    else {
      comparing.catch((error: unknown) =>
        log.error({ err: error, readModel: name, ...fieldsOfRequest(request) }, 'the comparison failed'),
      );
      response.status(202).json({ running: true });
    }
  });
  router.post('/v1/read-models/:name/switch', async (request, response) => {
    const { force = false, ...body } = validate(operatorRequests.switch, request.body);
    answer(response, 200, await readModels.switchTo(nameOf(request), { ...body, force, ...askerOf(request) }));
  });
  router.post('/v1/read-models/:name/rollback', async (request, response) => {
    const body = validate(operatorRequests.plain, request.body);
    answer(response, 200, await readModels.rollback(nameOf(request), { ...body, ...askerOf(request) }));
  });
  router.post('/v1/read-models/:name/retire', async (request, response) => {
    const body = validate(operatorRequests.plain, request.body);
    answer(response, 202, await readModels.retire(nameOf(request), { ...body, ...askerOf(request) }));
  });
  return router;
}

const nameOf = (request: Request): string => String(request.params['name']);

function askerOf(request: Request): Pick<Asked, 'actor' | 'cause'> {
  const actor = actorOf(request);
  if (actor === undefined) throw new Problem(400, 'actor-required', 'X-Actor: say who does this to the read model.');
  return { actor, cause: fieldsOfRequest(request) };
}

function answer<T extends object>(response: Response, status: number, outcome: T | Refusal): void {
  if (!('refused' in outcome)) {
    response.status(status).json(shown(outcome));
    return;
  }
  const { code, message, details } = outcome as Refusal;
  throw new Problem(statuses[code] ?? 409, code, message, details === undefined ? {} : { members: details });
}

/** Without what only the database needs. */
function shown(outcome: object): object {
  const own = Object.entries(outcome).filter(([field]) => !field.startsWith('_') && field !== 'hidden');
  return Object.fromEntries(own);
}
