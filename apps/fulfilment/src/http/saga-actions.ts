import { dryRunQuery, sagaActionNames, type SagaActionName, sagaActions, sagaStream } from '@daybook/contracts';
import {
  describeSaga,
  type LiveSaga,
  type OperatorCommand,
  type OperatorRequest,
  type Preview,
  previewOperator,
  type SagaDefinition,
} from '@daybook/saga';
import { actorOf, commandContext, etag, handleCommand, otherVersion, Problem, validate } from '@daybook/service-kit';
import { type Request, Router } from 'express';
import type { FulfilmentRoutes } from './routes.ts';
import { definitionOf, sagaIdOf, unknownSaga } from './saga-of.ts';

/**
 * What operators do to sagas: `POST /v1/sagas/{id}/<action>`, each with `If-Match`, `X-Actor` and a reason. With `?dryRun=true` it answers
 * what would happen, and nothing does.
 */
export function sagaActionRoutes({ sagas, registry, secondPerson, store, answers, runtime }: FulfilmentRoutes): Router {
  const router = Router();

  for (const action of sagaActionNames) {
    router.post(`/v1/sagas/:sagaId/${action}`, async (request, response) => {
      const sagaId = sagaIdOf(request);
      const streamId = sagaStream(sagaId);
      const { reason, ...body } = validate(sagaActions[action], request.body);
      const dryRun = validate(dryRunQuery, request.query, 'query').dryRun === 'true';
      const actor = operatorOf(request);
      const context = commandContext(request, runtime);
      const { state, version } = await sagas.load(streamId);
      if (state.status === 'none') throw unknownSaga(sagaId);
      const expectedVersion = context.expectedVersion ?? (dryRun ? version : missingIfMatch(version));
      const definition = definitionOf(registry, sagaId, state);
      if (definition === undefined) throw unknownVersion(sagaId);
      const moment = { nowMs: runtime.now(), random: runtime.random() };
      const operator: OperatorCommand = {
        ...moment,
        request: requestOf(action, body),
        actor,
        reason,
        expectedVersion,
        secondPerson,
      };
      if (dryRun) {
        if (expectedVersion !== version) throw otherVersion(version);
        response.set('ETag', etag(version)).json(dryRunOf(definition, operator, state, version));
        return;
      }
      // All that happens to a saga goes back to the request that began it; who intervened stands in `actor`.
      const metadata = { ...context.metadata, actor, correlationId: state.correlationId };
      await handleCommand({ aggregates: sagas, store, answers, runtime }, request, response, {
        ...{ streamId, command: { sagaId, operator }, context: { ...context, metadata } },
        answer: {
          status: 200,
          body: (after, reached) => ({ ...describeSaga(after as LiveSaga, definition), version: reached }),
        },
      });
    });
  }
  return router;
}

function dryRunOf(definition: SagaDefinition, operator: OperatorCommand, state: LiveSaga, version: number): object {
  const preview = previewed(definition, operator, state);
  // A proposal does nothing yet: what people want to see is what its approval does.
  const needsApproval = preview.events[0]?.type === 'OperatorProposed';
  const { events, commands, timers, after } = needsApproval
    ? previewed(definition, { ...operator, secondPerson: false }, state)
    : preview;
  return {
    dryRun: true,
    needsApproval,
    version,
    events,
    commands: commands.map(({ hub, target, type, item, round, attempt, data }) => ({
      ...{ hub, target, type, item, round, attempt, data },
    })),
    timers,
    saga: describeSaga(after, definition),
  };
}

function previewed(definition: SagaDefinition, operator: OperatorCommand, state: LiveSaga): Preview {
  const preview = previewOperator(definition, operator, state);
  if (!('refused' in preview)) return preview;
  const { code, message, details } = preview;
  throw new Problem(409, code, message, details === undefined ? {} : { members: details });
}

/** The body has passed the schema of its action. */
function requestOf(action: SagaActionName, body: object): OperatorRequest {
  return { action, ...body } as OperatorRequest;
}

function operatorOf(request: Request): string {
  const actor = actorOf(request);
  if (actor === undefined) throw new Problem(400, 'actor-required', 'X-Actor: say who does this to the saga.');
  if (actor.startsWith('operator:')) return actor;
  throw new Problem(403, 'operator-required', `X-Actor: only operators act on sagas, not ${actor}.`);
}

function missingIfMatch(version: number): never {
  const detail = 'If-Match: name the version that you have seen; look at the saga, or do a dry run first.';
  throw new Problem(428, 'if-match-required', detail, { members: { version }, headers: { ETag: etag(version) } });
}

function unknownVersion(sagaId: string): Problem {
  const detail = `${sagaId} runs in a version of its definition that this instance does not know.`;
  return new Problem(503, 'saga-version-unknown', detail, { headers: { 'Retry-After': '5' } });
}
