import { eachService } from '@daybook/contracts';
import { fulfilmentService } from '@daybook/fulfilment/testing';
import { type Client, serve } from '@daybook/service-kit/testing';
import type { OpsContext } from './command.ts';
import { sagasCommand } from './sagas.ts';

const lines = [{ sku: '85123A', quantity: 6, unitPrice: 255 }];
const order = { orderId: 'o1', customerId: '1', currency: 'GBP', lines, total: 1530, payment: { token: 't' } };
const sagaId = 'FulfilOrder:o1';
const because = ['--reason', 'asked for by the customer'];

let service: ReturnType<typeof fulfilmentService>;
let client: Client;

async function open(options?: { secondPerson: boolean }): Promise<void> {
  service = fulfilmentService(options);
  client = await serve(service.routes);
  await service.tell('e1', 'OrderSubmitted', 'http:1', order, 2);
  await service.tell('e2', 'StockReserved', `${sagaId}/reserve/85123A/do/0`, {
    ...{ sku: '85123A', reservationId: 'o1', orderId: 'o1', quantity: 6 },
  });
  await service.catchUp();
}
afterEach(() => client.close());

/** What a person sees, and the exit code at the end. */
async function ops(args: readonly string[], actor = 'operator:ann'): Promise<string> {
  const printed: string[] = [];
  const url = `http://127.0.0.1:${client.port}`;
  const context: OpsContext = {
    urls: eachService(() => url),
    actor,
    print: (line) => printed.push(line),
  };
  printed.push(`exit ${await sagasCommand.run(args, context)}`);
  return printed.join('\n');
}

describe('ops sagas', () => {
  it('lists, and says what is at stake', async () => {
    await open();
    expect(await ops(['list', '--status', 'running'])).toMatch(/^FulfilOrder:o1 {2}running +authorize .*\nexit 0$/);
    expect(await ops(['list', '--status', 'parked'])).toBe('There is none.\nexit 0');
    expect(await ops(['totals'])).toBe('at stake: 15.30 GBP, 6 pieces of stock\n       1 FulfilOrder running\nexit 0');
  });

  it('shows where a saga stands and what can be done about it', async () => {
    await open();
    const shown = await ops(['show', sagaId]);
    expect(shown).toContain('It waits for 1 answer to authorize');
    expect(shown).toContain('at stake:    15.30 GBP, 6 pieces of stock');
    expect(shown).toContain('possible:    cancel (moves money)');
    expect(await ops(['show', sagaId, '--as-of', '1'])).toContain('running at start, version 1');
    expect(await ops(['history', sagaId])).toMatch(/ {3}1 .* SagaStarted /);
  });

  it('shows what an action would do, and does it only with --yes', async () => {
    await open();
    const before = await ops(['show', sagaId]);
    const dry = await ops(['cancel', sagaId, ...because]);
    expect(dry).toContain('send VoidPayment to payment-o1');
    expect(dry).toContain('Nothing was done. Add --yes to do it.');
    expect(await ops(['show', sagaId])).toBe(before);
    expect(await ops(['cancel', sagaId, ...because, '--yes'])).toContain('Done.\nFulfilOrder:o1: compensating');
    expect(await ops(['history', sagaId])).toContain('OperatorActed by operator:ann');
  });

  it('says why an action is refused, and how it is called', async () => {
    await open();
    expect(await ops(['retry', sagaId, ...because])).toBe('Refused: No step is parked. (409 not-parked)\nexit 1');
    expect(await ops(['cancel', sagaId])).toMatch(/^Refused: reason: .*\nexit 1$/);
    expect(await ops(['mend', sagaId])).toContain('there is no command mend');
    expect(await ops(['retry'])).toMatch(/name the saga[\s\S]*exit 2$/);
  });

  it('takes a proposal to somebody else', async () => {
    await open({ secondPerson: true });
    expect(await ops(['cancel', sagaId, ...because, '--yes'])).toContain('Proposed: it waits for the approval');
    const approve = ['approve', sagaId, '--proposal', `${sagaId}/proposal/1`, '--reason', 'seen', '--yes'];
    expect(await ops(approve)).toContain('second-person-needed');
    expect(await ops(approve, 'operator:bob')).toContain('Done.\nFulfilOrder:o1: compensating');
  });
});
