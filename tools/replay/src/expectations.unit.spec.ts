import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sampleOf, samplesLackingOne } from '@daybook/contracts/testing';
import { adjustedBefore } from './adjustment.ts';
import { countEvents, readBooks } from './books.ts';
import type { Plan } from './plan.ts';
import { runPlan } from './run-plan.ts';
import { connectShop } from './shop.ts';

type Json = Readonly<Record<string, unknown>>;
interface Call {
  readonly sends?: readonly unknown[];
  readonly headers?: readonly string[];
  readonly answers: Readonly<Record<string, Json>>;
}

const folder = join(import.meta.dirname, '../expectations');
const operations: Readonly<Record<string, Call>> = Object.assign(
  {},
  ...readdirSync(folder).map((name) => {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { http: { operations: Json } };
    return file.http.operations;
  }),
);

const order = { orderId: 'inv-1', customerId: 'c-1', lines: [{ sku: '10000', quantity: 2, unitPrice: 100 }] };
const plan: Plan = {
  steps: [
    { kind: 'order', ...order },
    { kind: 'return', line: 2, customerId: 'c-1', sku: '10000', quantity: 1 },
    { kind: 'adjustment', line: 3, sku: '10000', quantity: -3 },
  ],
  openings: new Map([['10000', 5]]),
  skus: new Set(['10000']),
  ...{ skipped: 0, invoices: 3 },
};

interface Replayed {
  /** What the replay made of the answers, and what it asked for; undefined: it gave up. */
  readonly result: unknown;
  /** What it sent, by operation: the body and the names of the headers. */
  readonly sent: ReadonlyMap<string, readonly { readonly body: unknown; readonly headers: readonly string[] }[]>;
}

/** Replays a little trade against a shop that answers as `answerTo` says, and reads the books. */
async function replayed(answerTo: (operation: string) => unknown): Promise<Replayed> {
  const sent = new Map<string, { body: unknown; headers: readonly string[] }[]>();
  const asked = new Set<string>();
  let shipped = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const name = Object.keys(operations).find((each) => matches(each, request.method ?? '', request.url ?? '')) ?? '';
      asked.add(request.url ?? '');
      const text = Buffer.concat(chunks).toString('utf8');
      const calls = sent.get(name) ?? [];
      calls.push({ body: text === '' ? undefined : JSON.parse(text), headers: Object.keys(request.headers) });
      sent.set(name, calls);
      if (name.endsWith('/ship')) shipped = true;
      const answer = answerTo(name) as Json;
      const isOrder = name === 'GET /v1/orders/{orderId}' && 'status' in answer && shipped;
      response.writeHead(Number(Object.keys(operations[name]?.answers ?? { 404: {} })[0]));
      response.end(JSON.stringify(isOrder ? { ...answer, status: 'shipped' } : answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shop = connectShop({ order: url, inventory: url, payment: url, fulfilment: url }, 0);
  try {
    const options = { shop, runId: 'run', completeBefore: false, concurrency: 1, onProgress: () => undefined };
    const trade = await runPlan(plan, options);
    const { checks } = await readBooks(shop, plan, trade);
    const moved = await adjustedBefore(shop, '10000', 'run:row:3');
    return { result: { asked, trade, checks, events: await countEvents(shop, plan), moved }, sent };
  } catch {
    return { result: undefined, sent };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function matches(operation: string, method: string, url: string): boolean {
  const [verb, path = ''] = operation.split(' ');
  return verb === method && new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}(\\?.*)?$`).test(url);
}

const answerOf = (operation: string): Json => Object.values(operations[operation]?.answers ?? {})[0] ?? {};
const asExpected = (operation: string): unknown => sampleOf(answerOf(operation));
const lacking = Object.keys(operations).flatMap((operation) =>
  samplesLackingOne(answerOf(operation)).map((each) => ({ ...each, operation })),
);

describe('what the replay expects of the services', () => {
  let whole: Replayed;
  beforeAll(async () => {
    whole = await replayed(asExpected);
  });

  it('is enough: with nothing else in the answers it trades, and reads the books', () => {
    expect(whole.result).toMatchObject({
      trade: { shipped: [order], returns: [{ orderId: 'inv-1', quantity: 1 }] },
      events: 5,
      moved: -3,
    });
  });

  it('is every operation that it uses, with what it really sends', () => {
    expect([...whole.sent.keys()].toSorted()).toEqual(Object.keys(operations).toSorted());
    for (const [operation, { sends = [undefined], headers = [] }] of Object.entries(operations)) {
      const calls = whole.sent.get(operation) ?? [];
      for (const call of calls) {
        expect(sends).toContainEqual(call.body);
        expect(call.headers).toEqual(expect.arrayContaining(headers.map((name) => name.toLowerCase())));
      }
    }
  });

  it.each(lacking)('is needed: $lacking in the answer to $operation', async ({ operation, sample }) => {
    const { result } = await replayed((asked) => (asked === operation ? sample : asExpected(asked)));
    expect(result).not.toEqual(whole.result);
  });
});
