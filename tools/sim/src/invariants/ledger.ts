import { parseIntentKey, type ShopService } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import {
  availableOf,
  evolve as evolveStock,
  initialStock,
  type StockEvent,
  type StockState,
} from '@daybook/inventory-domain';
import { evolve as evolveOrder, initialOrder, isSent, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { evolve as evolvePayment, initialPayment, type PaymentEvent, type PaymentState } from '@daybook/payment-domain';
import type { WorldListener } from '../world/world.ts';

/** Something that must not be. */
export interface Violation {
  readonly invariant: string;
  readonly where: string;
  readonly message: string;
}

/** How a saga stands, as its own events say. */
export interface SagaProgress {
  readonly turnedRound: boolean;
  readonly pivotPassed: boolean;
  readonly parked: boolean;
  readonly finished: boolean;
}

const begun: SagaProgress = { turnedRound: false, pivotPassed: false, parked: false, finished: false };

/** Follows everything that is appended, at the moment it is, and holds it to what must be true at every step. */
export class Ledger implements WorldListener {
  readonly violations: Violation[] = [];
  readonly streams: Readonly<Record<ShopService, Map<string, StoredEvent[]>>> = {
    order: new Map(),
    inventory: new Map(),
    payment: new Map(),
    fulfilment: new Map(),
  };
  readonly orders = new Map<string, OrderState>();
  readonly stock = new Map<string, StockState>();
  readonly payments = new Map<string, PaymentState>();
  readonly sagas = new Map<string, SagaProgress>();
  readonly #dedups = new Set<string>();
  readonly #onEvent: (service: ShopService, event: StoredEvent) => void;
  #unfinished = 0;

  constructor(onEvent: (service: ShopService, event: StoredEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Sagas that have begun and not come to their end. */
  get unfinished(): number {
    return this.#unfinished;
  }

  appended(service: ShopService, events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#follow(service, event);
      this.#onEvent(service, event);
    }
  }

  fail(invariant: string, where: string, message: string): void {
    this.violations.push({ invariant, where, message });
  }

  #follow(service: ShopService, event: StoredEvent): void {
    const { streamId, version } = event;
    const streams = this.streams[service];
    const stream = streams.get(streamId) ?? [];
    streams.set(streamId, stream);
    const last = stream.at(-1);
    stream.push(event);
    if (version !== (last?.version ?? 0) + 1 || (last !== undefined && event.previousHash !== last.hash)) {
      this.fail('a stream only grows at its end', streamId, `version ${version} came after ${last?.version ?? 0}`);
    }
    this.#checkApply(service, event);
    switch (service) {
      case 'order':
        this.#order(event);
        break;
      case 'inventory':
        this.#stock(event);
        break;
      case 'payment':
        this.#payment(event);
        break;
      case 'fulfilment':
        this.#saga(event);
    }
  }

  /** At most one effective apply for an idempotency key. */
  #checkApply(service: ShopService, { streamId, dedup, type, metadata, version }: StoredEvent): void {
    const key = `${streamId}|${dedup}`;
    if (this.#dedups.has(key)) this.fail('a key is applied once', streamId, `version ${version}: ${dedup} again`);
    this.#dedups.add(key);
    if (service === 'fulfilment' || type === 'OutcomeRepeated') return;
    // An attempt in the key says that the attempt was taken for an intent of its own.
    if (parseIntentKey(metadata.commandKey) !== undefined && /\/\d+\/\d+$/.test(metadata.commandKey)) {
      this.fail('a key is applied once', streamId, `version ${version}: ${metadata.commandKey} is an attempt`);
    }
  }

  #order(event: StoredEvent): void {
    const before = this.orders.get(event.streamId) ?? initialOrder;
    const after = evolveOrder(before, event as unknown as OrderEvent);
    this.orders.set(event.streamId, after);
    if (before.status === 'none' || before.status === after.status) return;
    if (isSent(before) && !isSent(after)) {
      this.fail('an order that was sent stays sent', event.streamId, `${event.type} at version ${event.version}`);
    }
    if (before.status === 'cancelled' || before.status === 'rejected') {
      this.fail('an order that is over stays over', event.streamId, `${event.type} at version ${event.version}`);
    }
  }

  #stock(event: StoredEvent): void {
    const after = evolveStock(this.stock.get(event.streamId) ?? initialStock, event as unknown as StockEvent);
    this.stock.set(event.streamId, after);
    if (after.onHand < 0 || after.reserved < 0 || availableOf(after) < 0) {
      const found = `version ${event.version}: ${after.onHand} on hand, ${after.reserved} reserved`;
      this.fail('stock stays possible', event.streamId, found);
    }
  }

  #payment(event: StoredEvent): void {
    const after = evolvePayment(this.payments.get(event.streamId) ?? initialPayment, event as unknown as PaymentEvent);
    this.payments.set(event.streamId, after);
    if (after.status === 'none') return;
    const { authorized, captured, refunded } = after;
    if (refunded > captured || captured > authorized) {
      const found = `version ${event.version}: authorized ${authorized}, captured ${captured}, refunded ${refunded}`;
      this.fail('payments stay possible', event.streamId, found);
    }
  }

  #saga({ streamId, type, version }: StoredEvent): void {
    const before = this.sagas.get(streamId);
    if (before === undefined) this.#unfinished += 1;
    const saga = before ?? begun;
    if (saga.finished) {
      if (type !== 'InputIgnored') this.fail('a finished saga rests', streamId, `${type} at version ${version}`);
      return;
    }
    const after: SagaProgress = {
      turnedRound: saga.turnedRound || type === 'CompensationStarted',
      pivotPassed: saga.pivotPassed || type === 'PivotPassed',
      parked: type === 'SagaParked' || (saga.parked && type !== 'SagaUnparked'),
      finished: type === 'SagaCompleted' || type === 'SagaCompensated',
    };
    if (after.turnedRound && after.pivotPassed) {
      this.fail('nothing is undone after the pivot', streamId, `${type} at version ${version}`);
    }
    if (after.finished) this.#unfinished -= 1;
    this.sagas.set(streamId, after);
  }
}
