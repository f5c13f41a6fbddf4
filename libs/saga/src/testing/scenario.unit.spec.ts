import { sampleSaga, submitted } from './sample-saga.ts';
import { replayHistory, type SagaScenario, sagaScenario } from './scenario.ts';

const begin = (): SagaScenario => sagaScenario(sampleSaga()).receives('OrderSubmitted', submitted('o1', 'a'));

describe('the test language', () => {
  it('given events, when an answer arrives, then these commands, timers and state', () => {
    const given = begin().events;
    const scenario = sagaScenario(sampleSaga(), { given }).receives('OrderCancelled', { orderId: 'o1' });
    expect(scenario.asked).toEqual(['ReleaseStock stock-a']);
    expect(scenario.timers).toMatchObject([{ step: 'reserve', phase: 'undo', purpose: 'timeout' }]);
    expect(scenario.saga.status).toBe('compensating');
    expect(scenario.events.slice(0, given.length)).toEqual(given);
  });

  it('has a virtual clock: what is due meanwhile fires, in its order, and nothing else does', () => {
    const scenario = begin();
    expect(scenario.waits(999).last).toEqual([]);
    expect(scenario.waits(1).asked).toEqual(['ReserveStock stock-a']);
    expect(scenario.waits(60_000).saga).toMatchObject({ status: 'compensating', cause: { reason: 'timed-out' } });
    expect(scenario.timers).toEqual([]);
    expect(scenario.nowMs).toBe(Date.UTC(2010, 11, 1) + 61_000);
  });

  it('tells a refused intervention by its code, and forgets it with the next input', () => {
    const scenario = begin();
    expect(scenario.operator({ action: 'retry' }).refused).toBe('not-parked');
    expect(scenario.waits(1_000).refused).toBeUndefined();
  });

  it('keeps what was given, so that other code can be held to it', () => {
    const { history } = begin().waits(1_000).operator({ action: 'cancel' });
    expect(replayHistory(sampleSaga(), history)).toEqual(history.map(({ events }) => events));
  });
});
