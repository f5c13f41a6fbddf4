import { formatIntentKey, parseIntentKey, sagaStream } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { AllHistories } from './histories.ts';
import { isFinished } from './saga-history.ts';
import type { Report } from './finding.ts';

interface Issued {
  readonly intentKey: string;
}

/**
 * Every intent that a finished saga recorded was answered by its participant, once; and everything that a participant did for a saga
 * goes back to an intent, and to the client request that began it.
 */
export function checkIntents(histories: AllHistories, report: Report): void {
  const answers = new Map<string, StoredEvent[]>();
  for (const service of ['order', 'inventory', 'payment'] as const) {
    for (const events of histories[service].values()) {
      for (const event of events) {
        const { commandKey } = event.metadata;
        if (parseIntentKey(commandKey) !== undefined)
          answers.set(commandKey, [...(answers.get(commandKey) ?? []), event]);
      }
    }
  }
  const known = new Set<string>();
  for (const [streamId, saga] of histories.fulfilment) {
    const finished = isFinished(saga);
    for (const intentKey of intentsOf(saga)) {
      known.add(intentKey);
      if (finished)
        report.check('every intent was carried out once', streamId, intentProblem(intentKey, answers.get(intentKey)));
    }
    if (finished) report.check('no timer is left of a finished saga', streamId, timerProblem(saga));
  }
  for (const saga of histories.fulfilmentSince.values()) for (const intentKey of intentsOf(saga)) known.add(intentKey);
  for (const [commandKey, [event]] of answers) {
    if (event === undefined) continue;
    report.check(
      'every effect goes back to an intent',
      event.streamId,
      effectProblem(commandKey, known, event, histories),
    );
  }
}

/** The intents of a saga, each once, however often it was sent. */
function intentsOf(saga: readonly StoredEvent[]): ReadonlySet<string> {
  const issued = saga.filter(({ type }) => type === 'CommandsIssued');
  return new Set(issued.flatMap(({ data }) => (data['commands'] as readonly Issued[]).map((each) => each.intentKey)));
}

function timerProblem(saga: readonly StoredEvent[]): string | undefined {
  const open = new Set<unknown>();
  for (const { type, data } of saga) {
    if (type === 'TimerScheduled') open.add(data['timerId']);
    if (type === 'TimerFired') open.delete(data['timerId']);
    if (type === 'TimersCancelled') for (const timerId of data['timerIds'] as readonly string[]) open.delete(timerId);
  }
  return open.size === 0 ? undefined : `${[...open].join(', ')} is neither fired nor cancelled`;
}

function intentProblem(intentKey: string, events: readonly StoredEvent[] | undefined): string | undefined {
  if (events === undefined) return `${intentKey} has no answer`;
  return events.length === 1 ? undefined : `${intentKey} was carried out ${events.length} times`;
}

function effectProblem(
  commandKey: string,
  known: ReadonlySet<string>,
  event: StoredEvent,
  histories: AllHistories,
): string | undefined {
  const intent = parseIntentKey(commandKey);
  if (intent === undefined || !known.has(formatIntentKey(intent))) return `no saga issued ${commandKey}`;
  // The request that began the saga, or one that it waited for: what follows shipping goes back to the request to ship.
  const { correlationId } = event.metadata;
  const saga = sagaStream(intent.sagaId);
  const belongs = [histories.fulfilment, histories.fulfilmentSince].some((sagas) =>
    sagas.get(saga)?.some(({ metadata }) => metadata.correlationId === correlationId),
  );
  return belongs ? undefined : `${commandKey} belongs to request ${correlationId}, of which its saga knows nothing`;
}
