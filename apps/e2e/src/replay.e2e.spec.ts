import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findRoot } from '@daybook/local';
import { connectShop, expectStatus } from '@daybook/replay';
import { type Ran, runScript } from './support/command.ts';
import { findPlace, type Place, type Started, startAt } from './support/started.ts';

jest.setTimeout(150_000);

const extract = 'tools/replay/data/extract-2010-12.csv';
/** Invoices of the extract that meet every rule: sales, adjustments, goods and postage that come back, goods of nobody. */
const late = /^(536764|536765|538000|538205|C539195|537212|539408|C539409|C537251),/;
const firstInvoices = 8;

/** `npm run replay`, with the first invoices of a real shop's December. */
describe('npm run replay', () => {
  let place: Place;
  let elsewhere: Place;
  let running: Started;
  let file: string;

  /** Replays as a user does; the system is the one at the place or, with none running there, a throw-away one. */
  const replay = async (
    at: Place,
    ...flags: string[]
  ): Promise<Ran & { report: Readonly<Record<string, unknown>> }> => {
    const env = { DAYBOOK_DATA: at.dataFolder, DAYBOOK_PORT_OFFSET: String(at.offset) };
    const args = ['tools/replay/src/main.ts', file, '--json', ...flags];
    const ran = await runScript('tools/local/run.mjs', args, { env, timeoutMs: 120_000 });
    const last = ran.out.trim().split('\n').at(-1) ?? '';
    if (!last.startsWith('{')) throw new Error(`no report: ${ran.err}\n${ran.out}`);
    return { ...ran, report: JSON.parse(last) as Record<string, unknown> };
  };

  beforeAll(async () => {
    [place, elsewhere] = [await findPlace(), await findPlace()];
    file = join(elsewhere.dataFolder, '..', `${basename(elsewhere.dataFolder)}.csv`);
    writeFileSync(file, smallTrade(readFileSync(join(findRoot(process.cwd()), extract), 'utf8')));
    running = startAt(place);
    await running.ready();
  });
  afterAll(async () => {
    await running?.destroy();
    await place?.remove();
    await elsewhere?.remove();
    rmSync(file, { force: true });
  });

  it('reconciles the books with the file; a second run moves nothing; a falsified book is found; too little stock is rejected', async () => {
    const first = await replay(place);
    expect(first.report).toMatchObject({ reconciled: true, rejected: 0 });
    expect(first.report['orders']).toBeGreaterThan(0);
    expect(first.report['unitsReturned']).toBeGreaterThan(0);
    expect(first.code).toBe(0);

    const second = await replay(place);
    expect(second.report).toMatchObject({ ...first.report, eventsAppended: 0, seconds: expect.any(Number) as number });
    expect(second.code).toBe(0);

    const shop = connectShop(running.settings.urls);
    const { body } = expectStatus(await shop.get('inventory', '/v1/stock?limit=1'), [200], 'stock');
    const [{ sku }] = body['items'] as [{ sku: string }];
    const secret = { quantity: 1, reason: 'nobody will notice' };
    const path = `/v1/stock/${encodeURIComponent(sku)}/adjust`;
    expectStatus(await shop.post('inventory', path, secret, randomUUID()), [200], path);
    // It looks again for half a minute before it calls a difference a difference: time for another replay.
    const [falsified, short] = await Promise.all([replay(place), replay(elsewhere, '--limit', '10', '--stock', '0.7')]);
    expect(falsified.report).toMatchObject({ reconciled: false });
    expect(falsified.out).toContain(sku);
    expect(falsified.code).toBe(1);

    expect(short.err).toContain('No system is running');
    expect(short.report).toMatchObject({ reconciled: true });
    expect(short.report['rejected']).toBeGreaterThan(0);
    expect(short.code).toBe(0);
  });
});

/** The first invoices of the extract and those that are there for a rule. */
function smallTrade(text: string): string {
  const [header = '', ...rows] = text.split(/\r?\n/);
  const invoices = new Set(rows.map((row) => row.split(',')[0]));
  const first = [...invoices].slice(0, firstInvoices);
  const chosen = rows.filter((row) => late.test(row) || first.some((invoice) => row.startsWith(`${invoice},`)));
  return `${[header, ...chosen].join('\n')}\n`;
}
