import type { StoredEvent } from '@daybook/eventstore';
import type { SagaEvent } from '../events/saga-events.ts';
import { sampleSaga, submitted } from '../testing/sample-saga.ts';
import { type SagaScenario, sagaScenario } from '../testing/scenario.ts';
import { describeSaga } from './describe.ts';
import { projectSagaListItem, type SagaListItem } from './saga-list.ts';

const begin = (): SagaScenario => sagaScenario(sampleSaga()).receives('OrderSubmitted', submitted('o1', 'a', 'b'));
const reserved = (): SagaScenario =>
  begin().answers('reserve', 'StockReserved', { item: 'a' }).answers('reserve', 'StockReserved', { item: 'b' });
const refused = (): SagaScenario =>
  begin().answers('reserve', 'StockReservationRejected', {
    item: 'b',
    data: { sku: '22423', reservationId: 'o1', orderId: 'o1', quantity: 1, available: 0, code: 'insufficient-stock' },
  });

function stored(event: SagaEvent, version: number): StoredEvent {
  return {
    ...{ id: `${version}`, streamId: 'saga-Sample:o1', version, eventId: `e${version}`, dedup: `${version}#0` },
    ...{ type: event.type, data: event.data, schemaVersion: 1, recordedAt: `2010-12-01T00:00:00.${100 + version}Z` },
    metadata: { commandKey: `${version}`, correlationId: '', causationId: '', actor: '', traceparent: '' },
    ...{ previousHash: '', hash: '' },
  };
}
const listed = ({ events }: SagaScenario): SagaListItem | undefined =>
  events.reduce<SagaListItem | undefined>(
    (item, event, index) => projectSagaListItem(item, stored(event, index + 1)),
    undefined,
  );
const release = (scenario: SagaScenario): SagaScenario =>
  scenario.answers('reserve', 'StockReservationReleased', { item: 'a', phase: 'undo' });

describe('the list of sagas', () => {
  it.each([
    ['running', begin(), 'reserve', undefined],
    ['running', reserved(), 'ship', undefined],
    ['compensating', refused(), 'undo reserve', 'out-of-stock'],
    ['parked', refused().timePasses().timePasses(), 'undo reserve', 'timed-out'],
    ['compensating', release(refused().timePasses().timePasses()), 'reject', undefined],
    ['compensated', release(refused()).answers('reject', 'OrderRejected'), 'reject', 'out-of-stock'],
  ])('says %s', (status, scenario, step, reason) => {
    const item = listed(scenario);
    expect(item).toMatchObject({ sagaId: 'Sample:o1', type: 'Sample', status, step });
    expect(item?.reason).toBe(reason);
    expect(item?.updatedAt).toBe(`2010-12-01T00:00:00.${100 + scenario.events.length}Z`);
  });

  it('says which version of its definition a saga is bound to', () => {
    expect(listed(begin())?.definitionVersion).toBe(1);
  });

  it('is not touched by what the saga ignored', () => {
    const scenario = reserved();
    const before = listed(scenario);
    expect(listed(scenario.receives('OrderSubmitted', submitted('o1', 'a')))).toEqual(before);
  });

  it('knows nothing before the saga begins, and ignores types that it does not know', () => {
    expect(projectSagaListItem(undefined, stored({ type: 'SagaCompleted', data: {} }, 1))).toBeUndefined();
    expect(
      projectSagaListItem(undefined, { ...stored({ type: 'SagaCompleted', data: {} }, 1), type: 'Other' }),
    ).toBeUndefined();
  });
});

describe('the description of a saga', () => {
  it('says what it waits for, and until when', () => {
    const description = describeSaga(begin().answers('reserve', 'StockReserved', { item: 'a' }).saga);
    expect(description).toMatchObject({
      status: 'running',
      step: 'reserve',
      awaited: [{ step: 'reserve', phase: 'do', item: 'b', status: 'waiting', round: 0, attempt: 1 }],
      timers: [{ timerId: 'Sample:o1/timer/1', purpose: 'timeout', dueAt: '2010-12-01T00:00:01.000Z' }],
      explanation: 'It waits for 1 answer to reserve; it asks again at 2010-12-01T00:00:01.000Z.',
    });
  });

  it.each([
    [reserved(), 'It waits at ship for an event of others; no timer runs.'],
    [
      refused(),
      'It turned round because of out-of-stock and waits for 1 answer to undo reserve; it asks again at 2010-12-01T00:00:01.000Z.',
    ],
    [
      refused().timePasses().timePasses(),
      'It is parked at undo reserve (timed-out) and goes on as soon as an answer comes or an operator acts.',
    ],
    [
      release(refused()).answers('reject', 'OrderRejected'),
      'It is compensated because of out-of-stock: everything it had done is confirmed to be undone.',
    ],
  ])('explains itself', ({ saga }, explanation) => {
    expect(describeSaga(saga).explanation).toBe(explanation);
  });

  it('says what is still to be done, what is at stake and what can be done about it', () => {
    const running = describeSaga(reserved().saga, sampleSaga());
    expect(running).toMatchObject({ remaining: ['ship', 'commit'], atStake: { money: [], pieces: 2 } });
    expect(running.explanation).toBe('It waits at ship for OrderShipped, which others decide on; no timer runs.');
    expect(running.actions?.map(({ action }) => action)).toEqual(['cancel', 'force-compensate']);
    const parked = describeSaga(refused().timePasses().timePasses().saga, sampleSaga());
    expect(parked).toMatchObject({ remaining: ['undo reserve', 'reject'], atStake: { pieces: 1 } });
    const at = { step: 'reserve', phase: 'undo', items: 1, movesMoney: false };
    expect(parked.actions).toEqual([
      { action: 'retry', ...at },
      { action: 'skip', ...at },
      { action: 'resolve', ...at },
    ]);
    const over = describeSaga(release(refused()).answers('reject', 'OrderRejected').saga, sampleSaga());
    expect(over).toMatchObject({ remaining: [], actions: [], atStake: { money: [], pieces: 0 } });
  });

  it('is JSON', () => {
    const description = describeSaga(refused().saga, sampleSaga());
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});
