import { orderEvents } from '@daybook/contracts';
import { virtualRuntime } from '@daybook/ports';
import type { SagaDefinition } from '../definition/definition.ts';
import { exponential } from '../definition/retry.ts';
import { saga } from '../definition/saga.ts';
import { historyOf, input, instance, sagasContainer } from '../testing/embedded.ts';
import { submitted } from '../testing/sample-saga.ts';
import { createSagaRegistry } from './registry.ts';

const retry = exponential(2, 1_000);
const to = (type: string) => (context: { readonly orderId: string; readonly note?: string }) => ({
  hub: 'order-commands' as const,
  target: `order-${context.orderId}`,
  type,
  data: { ...context },
});
const action = (type: string) => ({
  answers: orderEvents,
  command: to(type),
  succeeded: ['OrderConfirmed'] as const,
  retry,
  compensate: { command: to(`Undo${type}`), succeeded: ['OrderRejected'] as const, retry },
});
const begin = (version: number) =>
  saga('Packing', { version }).startedBy(orderEvents, 'OrderSubmitted', {
    key: 'orderId',
    context: ({ orderId }) => ({ orderId }),
  });
const first = (): SagaDefinition =>
  begin(1).step('pick', action('Pick')).step('pack', action('Pack')).pivot('ship', { awaits: 'OrderShipped' }).build();
/** Weighs before it packs. */
const second = (before = 'pick'): SagaDefinition =>
  begin(2)
    .step(before, action('Pick'))
    .step('weigh', action('Weigh'))
    .step('pack', action('Pack2'))
    .migrate({ from: 1, at: 'pack', context: (old) => ({ orderId: String(old['orderId']), note: 'moved' }) })
    .pivot('ship', { awaits: 'OrderShipped' })
    .build();

const sagaId = 'Packing:o1';
const start = input('e1', 'OrderSubmitted', 'http:1', submitted('o1', 'a'));
const picked = input('e2', 'OrderConfirmed', `${sagaId}/pick/-/do/0`, { orderId: 'o1' });
const packed = input('e3', 'OrderConfirmed', `${sagaId}/pack/-/do/0`, { orderId: 'o1' });
const asked = async (container: Parameters<typeof historyOf>[0]): Promise<string[]> =>
  (await historyOf(container, sagaId)).flatMap(({ type, data }) =>
    type === 'CommandsIssued' ? (data['commands'] as { type: string }[]).map((command) => command.type) : [],
  );

describe('a saga that runs while a new version is deployed', () => {
  it('goes over to it before the named step, with the context that it makes, and does what is new first', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    await instance(runtime, container, [first()]).runner.handleInput(start);
    const { runner, sagas } = instance(runtime, container, [first(), second()]);
    await runner.handleInput(picked);
    expect((await sagas.load(`saga-${sagaId}`)).state).toMatchObject({
      definitionVersion: 2,
      context: { orderId: 'o1', note: 'moved' },
    });
    await runner.handleInput(input('e3', 'OrderConfirmed', `${sagaId}/weigh/-/do/0`, { orderId: 'o1' }));
    expect(await asked(container)).toEqual(['Pick', 'Weigh', 'Pack2']);
  });

  it('stays with its own once it has entered that step', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    const old = instance(runtime, container, [first()]).runner;
    await old.handleInput(start);
    await old.handleInput(picked);
    const { runner, sagas } = instance(runtime, container, [first(), second()]);
    await runner.handleInput(packed);
    expect((await sagas.load(`saga-${sagaId}`)).state).toMatchObject({ definitionVersion: 1 });
    expect(await asked(container)).toEqual(['Pick', 'Pack']);
  });

  it('is refused by an instance that has only the old one, once it has gone over', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    await instance(runtime, container, [first()]).runner.handleInput(start);
    await instance(runtime, container, [first(), second()]).runner.handleInput(picked);
    const old = instance(runtime, container, [first()]).runner;
    await expect(old.handleInput(packed)).rejects.toMatchObject({ code: 'unknown-saga-version', version: 2 });
  });
});

describe('the registry', () => {
  it('refuses a migration whose old version is missing, or whose steps before it are others', () => {
    expect(() => createSagaRegistry([second()])).toThrow(/version 1 is not among the definitions: keep it/);
    expect(() => createSagaRegistry([first(), second(), first()])).toThrow(/version 1 is defined twice/);
    expect(() => createSagaRegistry([first(), second('fetch')])).toThrow(
      /version 1 has pick \(compensable\), version 2 fetch/,
    );
  });

  it('gives a signal to every saga that one of the versions waits for it in', () => {
    const without = begin(2).step('pick', action('Pick')).pivot('ship', { awaits: 'OrderDelivered' }).build();
    const registry = createSagaRegistry([first(), without]);
    const concerned = (type: string) =>
      registry.concernedBy({ commandKey: 'http:1', answer: { type, data: { orderId: 'o1' } } });
    expect(concerned('OrderShipped')).toEqual([sagaId]);
    expect(concerned('OrderDelivered')).toEqual([sagaId]);
    expect(concerned('OrderCancelled')).toEqual([]);
  });
});
