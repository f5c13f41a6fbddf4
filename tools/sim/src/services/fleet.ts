import { type ShopService, shopServices } from '@daybook/contracts';
import { SimProcess } from '../world/process.ts';
import type { World } from '../world/world.ts';
import { fulfilmentInstance, type FulfilmentInstance } from './fulfilment.ts';
import { inventoryInstance, type InventoryInstance } from './inventory.ts';
import { orderInstance, type OrderInstance } from './order.ts';
import { paymentInstance } from './payment.ts';
import { ProviderBooks } from './provider.ts';
import type { Component, Parking } from './service.ts';

/** One running instance of a service. */
export interface Running {
  readonly process: SimProcess;
  readonly components: readonly Component[];
  readonly parking: readonly Parking[];
  /** Of the order service only. */
  readonly orders?: OrderInstance['orders'];
  /** Of the inventory service only. */
  readonly stock?: InventoryInstance['stock'];
  /** Of the fulfilment service only. */
  readonly sagas?: FulfilmentInstance['sagas'];
}

/** How long it takes until what died is there again. */
const restartMsMax = 3_000;

/** All instances of all services: starts them, and starts again what died. */
export class Fleet {
  readonly world: World;
  readonly books = new ProviderBooks();
  readonly #running = new Map<string, Running>();
  #generation = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Those alive, frozen ones included. */
  get running(): readonly Running[] {
    return [...this.#running.values()];
  }

  of(service: ShopService): readonly Running[] {
    return this.running.filter(({ process }) => process.service === service);
  }

  /** All are there and awake. */
  get complete(): boolean {
    const wanted = shopServices.reduce((sum, service) => sum + this.world.profile.instances[service], 0);
    return this.#running.size === wanted && this.running.every(({ process }) => !process.frozen);
  }

  start(): void {
    for (const service of shopServices) {
      for (let number = 1; number <= this.world.profile.instances[service]; number += 1) {
        this.#begin(service, `${service}-${number}`);
      }
    }
  }

  /** As a deployment does: it finishes what is in hand, and comes back. */
  async restart({ process, components }: Running): Promise<void> {
    this.world.note(process.instance, () => 'is asked to stop');
    this.#running.delete(process.slot);
    for (const component of [...components].reverse()) await component.stop();
    if (!process.dead) void process.die();
  }

  #begin(service: ShopService, slot: string): void {
    this.#generation += 1;
    const process = new SimProcess(this.world, service, slot, this.#generation);
    this.world.processes.add(process);
    process.onDeath.push(() => {
      this.#running.delete(slot);
      void this.world.runtime.sleep(this.world.random() * restartMsMax).then(() => this.#begin(service, slot));
    });
    this.world.lastEffectAtMs = this.world.runtime.now();
    const running = { process, ...this.#compose(process) };
    this.#running.set(slot, running);
    this.world.note(process.instance, () => 'starts');
    for (const component of running.components) {
      component.start().catch((error: unknown) => {
        this.world.note(process.instance, () => `cannot start: ${String(error)}`);
        void process.die();
      });
    }
  }

  #compose(process: SimProcess): Omit<Running, 'process'> {
    switch (process.service) {
      case 'order':
        return orderInstance(process);
      case 'inventory':
        return inventoryInstance(process);
      case 'payment':
        return paymentInstance(process, this.books);
      case 'fulfilment':
        return fulfilmentInstance(process);
    }
  }
}
