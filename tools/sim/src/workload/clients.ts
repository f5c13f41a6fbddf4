import {
  isServiceSku,
  type OrderLine,
  orderStream,
  type ShopService,
  type SkuQuantity,
  stockStream,
} from '@daybook/contracts';
import type { EventMetadata } from '@daybook/eventstore';
import type { StockCommand } from '@daybook/inventory-domain';
import type { OrderCommand } from '@daybook/order-domain';
import type { Ledger } from '../invariants/ledger.ts';
import type { Fleet, Running } from '../services/fleet.ts';
import type { World } from '../world/world.ts';
import type { Plan, PlannedOrder } from './plan.ts';

type Kind = 'appended' | 'duplicate' | 'unchanged' | 'refused' | 'version-mismatch';

const answerLimitMs = 4_000;
const triesMax = 40;

/** The clients of all services. A request that is not answered is made again, with the same idempotency key, at another instance. */
export class Clients {
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #ledger: Ledger;
  #requests = 0;
  #busy = 0;

  constructor(world: World, fleet: Fleet, ledger: Ledger) {
    this.#world = world;
    this.#fleet = fleet;
    this.#ledger = ledger;
  }

  /** True while a client still has something to do. */
  get busy(): boolean {
    return this.#busy > 0;
  }

  begin(plan: Plan): void {
    for (const { atMs, sku, quantity } of plan.receipts) {
      this.#do(() => this.#move(atMs, { type: 'ReceiveStock', data: { sku, quantity } }));
    }
    for (const { atMs, sku, quantity } of plan.adjustments) {
      this.#do(() => this.#move(atMs, { type: 'AdjustStock', data: { sku, quantity, reason: 'counted' } }));
    }
    for (const order of plan.orders) this.#do(() => this.#customer(order));
  }

  #do(work: () => Promise<unknown>): void {
    this.#busy += 1;
    void work().finally(() => {
      this.#busy -= 1;
    });
  }

  async #move(atMs: number, command: StockCommand): Promise<void> {
    await this.#world.runtime.sleep(atMs);
    const streamId = stockStream(command.data.sku);
    await this.#request('inventory', 'operator:warehouse', command.type, ({ stock }, metadata) =>
      stock!.execute({ streamId, command, metadata }),
    );
  }

  async #customer(planned: PlannedOrder): Promise<void> {
    const { runtime } = this.#world;
    const { orderId, lines, token, story } = planned;
    await runtime.sleep(planned.atMs);
    const placed: OrderCommand = {
      type: 'PlaceOrder',
      data: { orderId, customerId: 'c1', currency: 'GBP', lines, payment: { token } },
    };
    await this.#order(orderId, placed, true);
    if (story.kind === 'cancel') {
      await runtime.sleep(story.afterMs);
      if ((await this.#cancel(orderId, 'cancelled before the pivot')) === 'refused')
        this.#world.tally.add('cancelled too late');
    }
    if (!(await this.#confirmed(orderId))) return;
    await runtime.sleep(story.afterMs);
    if (story.kind === 'race') {
      await Promise.all([this.#ship(orderId), this.#cancel(orderId, 'won the race')]);
    } else await this.#ship(orderId);
    if (this.#statusOf(orderId) !== 'shipped') return;
    if (planned.cancelAfterShipping) await this.#cancel(orderId, 'cancelled after the pivot');
    if (this.#world.random() < 0.3) await this.#order(orderId, { type: 'DeliverOrder' });
    for (const { afterMs, part } of planned.returns) {
      await runtime.sleep(afterMs);
      const returned = part === 'whole' ? wholeOf(lines) : someOf(lines);
      await this.#order(orderId, { type: 'RequestReturn', data: { lines: returned, reason: 'broken' } });
    }
  }

  #ship(orderId: string): Promise<Kind | undefined> {
    return this.#order(orderId, { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: orderId } });
  }

  async #cancel(orderId: string, how: string): Promise<Kind | undefined> {
    const kind = await this.#order(orderId, { type: 'CancelOrder', data: { reason: 'changed my mind' } });
    this.#world.tally.add(`cancel ${how}: ${kind === 'refused' ? 'refused' : 'accepted'}`);
    return kind;
  }

  /** Waits until it is, or is over. */
  async #confirmed(orderId: string): Promise<boolean> {
    for (;;) {
      const status = this.#statusOf(orderId);
      if (status === 'confirmed') return true;
      if (status !== 'submitted' && status !== 'none') return false;
      await this.#world.runtime.sleep(300);
    }
  }

  #statusOf(orderId: string): string {
    return this.#ledger.orders.get(orderStream(orderId))?.status ?? 'none';
  }

  #order(orderId: string, command: OrderCommand, fresh = false): Promise<Kind | undefined> {
    return this.#request('order', 'customer:c1', `${command.type} ${orderId}`, ({ orders }, metadata) =>
      orders!.execute({ streamId: orderStream(orderId), command, metadata, fresh }),
    );
  }

  /** @returns how it ended; `undefined` where it was given up. */
  async #request(
    service: ShopService,
    actor: string,
    what: string,
    execute: (running: Running, metadata: EventMetadata) => Promise<{ readonly kind: Kind }>,
  ): Promise<Kind | undefined> {
    const { runtime, random } = this.#world;
    this.#requests += 1;
    const id = `r${this.#requests}`;
    const metadata = {
      commandKey: `http:${id}`,
      correlationId: id,
      causationId: `request:${id}`,
      actor,
      traceparent: '',
    };
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const instances = this.#fleet.of(service);
      const running = instances[Math.floor(random() * instances.length)];
      if (running !== undefined) {
        const kind = await this.#answer(() => execute(running, metadata));
        if (kind !== undefined) {
          this.#world.note('client', () => `${what}: ${kind} after ${tries}`);
          return kind;
        }
        this.#world.tally.add('requests repeated');
      }
      await runtime.sleep(100 + random() * 400);
    }
    this.#ledger.fail('every request is answered', id, `${what} was given up after ${triesMax} tries`);
    return undefined;
  }

  async #answer(execute: () => Promise<{ readonly kind: Kind }>): Promise<Kind | undefined> {
    const answered = new AbortController();
    const limit = this.#world.runtime.sleep(answerLimitMs, answered.signal).then(() => undefined);
    try {
      return (await Promise.race([execute(), limit]))?.kind;
    } catch {
      return undefined;
    } finally {
      answered.abort();
    }
  }
}

function wholeOf(lines: readonly OrderLine[]): SkuQuantity[] {
  return lines.map(({ sku, quantity }) => ({ sku, quantity }));
}

/** One piece of the first stocked line. */
function someOf(lines: readonly OrderLine[]): SkuQuantity[] {
  const line = lines.find(({ sku }) => !isServiceSku(sku)) ?? lines[0];
  return line === undefined ? [] : [{ sku: line.sku, quantity: 1 }];
}
