import type { AllHistories } from '@daybook/verify';
import type { StoredEvent } from '@daybook/eventstore';
import type { Tally } from '../world/tally.ts';

/** Counts what the histories tell: which ways the sagas went, and what they met on them. */
export function tallyHistories(histories: AllHistories, tally: Tally): void {
  for (const saga of histories.fulfilment.values()) tallySaga(saga, tally);
  for (const service of ['order', 'inventory', 'payment'] as const) {
    for (const events of histories[service].values()) {
      for (const { type, data } of events) {
        if (type === 'OutcomeRepeated') tally.add('outcomes repeated');
        if (type === 'StockReservationReleased' && data['quantity'] === 0) tally.add('tombstones of stock');
        if (type === 'StockReservationRejected' && data['code'] === 'already-released') tally.add('tombstones met');
        if (type === 'OrderReturnCompleted') tally.add('returns completed');
      }
    }
  }
}

interface Data {
  readonly step?: string;
  readonly reason?: string;
  readonly commands?: readonly { readonly attempt: number }[];
  readonly cause?: { readonly kind: string; readonly step?: string };
}

function tallySaga(saga: readonly StoredEvent[], tally: Tally): void {
  const type = String(saga[0]?.data['sagaType']);
  let waves = 0;
  let step = 'start';
  for (const event of saga) {
    const data = event.data as Data;
    switch (event.type) {
      case 'StepEntered':
        if (event.data['phase'] === 'do') step = data.step ?? step;
        break;
      case 'CommandsIssued':
        waves += (data.commands?.length ?? 0) >= 10 ? 1 : 0;
        if (data.commands?.some(({ attempt }) => attempt > 1) === true) tally.add('commands sent again');
        break;
      case 'CompensationStarted':
        tally.add(`turned round at ${data.cause?.step ?? step}: ${data.cause?.kind}`);
        break;
      case 'InputIgnored':
        tally.add(`ignored: ${data.reason}`);
        break;
      case 'SagaParked':
        tally.add(`parked at ${data.step}`);
        break;
      case 'SagaUnparked':
        tally.add(`resumed: ${data.reason}`);
        break;
      case 'TimerFired':
        tally.add('timers fired');
        break;
      case 'StepTimedOut':
        tally.add('steps timed out');
        break;
      case 'StepUnknown':
        tally.add('outcomes unknown');
        break;
      case 'SagaCompleted':
        tally.add(`${type} completed`);
        break;
      case 'SagaCompensated':
        tally.add(`${type} compensated`);
    }
  }
  if (waves > 1) tally.add('fan-outs in waves');
}
