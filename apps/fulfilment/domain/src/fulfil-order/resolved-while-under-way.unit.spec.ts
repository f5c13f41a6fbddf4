import { exponential, type IssuedCommand } from '@daybook/saga';
import { sagaScenario } from '@daybook/saga/testing';
import { createParticipants } from '../testing/participants.ts';
import { fulfilOrder } from './fulfil-order.ts';

const patience = exponential(2, 1_000);
const definition = fulfilOrder({ forward: patience, undo: patience, afterPivot: patience });
const sku = '85123A';
const order = {
  ...{ orderId: 'o1', customerId: 'c1', currency: 'GBP', total: 100, payment: { token: 'tok' } },
  lines: [{ sku, quantity: 1, unitPrice: 100 }],
};

/** A saga and its participants, one of which takes its commands only later. */
function begun(silent: string) {
  const world = createParticipants({ missing: new Set(), providerAnswers: 'approves' });
  const scenario = sagaScenario(definition, { random: 0.5 }).receives('OrderSubmitted', order);
  const late: IssuedCommand[] = [];
  let relayed = 0;
  const settle = (silence = silent): void => {
    for (let idle = false; !idle;) {
      const commands = scenario.commands.slice(relayed);
      relayed = scenario.commands.length;
      for (const command of commands) {
        if (command.hub === silence) late.push(command);
        else world.receive(command);
      }
      world.provider.shift()?.();
      const sent = world.outbox.shift();
      idle = commands.length === 0 && sent === undefined && world.provider.length === 0;
      if (sent === undefined) continue;
      const { eventId, commandKey, type, data } = sent;
      const moment = { nowMs: scenario.nowMs, random: 0.5, correlationId: 'r', traceparent: '' };
      scenario.gives({ kind: 'message', eventId, commandKey, answer: { type, data }, ...moment });
    }
  };
  /** The silent one is back, and takes everything in its order. */
  const wakes = (): void => {
    late.splice(0).forEach(world.receive);
    settle('');
  };
  settle();
  return { world, scenario, settle, wakes };
}

const evidence = 'there is no trace of it in its history';

describe('a step that an operator resolves as failed while its command is still under way', () => {
  it('a confirmation that comes after all is taken back: the order cannot be shipped', () => {
    const { world, scenario, settle, wakes } = begun('order-commands');
    while (scenario.saga.parked.size === 0) scenario.timePasses();
    scenario.operator({ action: 'resolve', step: 'confirm', outcome: 'failed', evidence });
    expect(scenario.refused).toBeUndefined();
    settle();
    expect([world.payment.held, world.reserved.size]).toEqual([false, 0]);
    wakes();
    expect([scenario.saga.status, world.order.status]).toEqual(['compensated', 'rejected']);
  });

  it('a reservation that comes after all is refused: nothing stays reserved', () => {
    const { world, scenario, wakes } = begun('inventory-commands');
    scenario.operator({ action: 'resolve', step: 'reserve', outcome: 'failed', evidence });
    expect(scenario.refused).toBeUndefined();
    wakes();
    expect([scenario.saga.status, world.order.status]).toEqual(['compensated', 'rejected']);
    expect(world.reserved.size).toBe(0);
  });
});
