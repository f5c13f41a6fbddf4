import { serviceNames } from '@daybook/contracts';
import { type Program, type Ran, releasedWorkspace, type Workspace } from './test-support/workspace.ts';

jest.setTimeout(120_000);

const events = 'libs/contracts/src/events/stock-events.ts';
const received = 'StockReceived: { version: 1, schema: z.strictObject({ sku, quantity }) },';
const fixtureOf = (type: string, schemaVersion: number, data: object): [path: string, text: string] => [
  `libs/contracts/fixtures/${type}.v${schemaVersion}.json`,
  JSON.stringify({ type, schemaVersion, data }),
];

/** Raises the version of an event as it should be: a way from the old one, and a fixture. */
function raiseVersion(workspace: Workspace): void {
  const upcasters = '{ 1: (data: Record<string, unknown>) => ({ ...data, dock: 1 }) }';
  const schema = 'z.strictObject({ sku, quantity, dock: z.int() })';
  workspace.edit(events, received, `StockReceived: { version: 2, schema: ${schema}, upcasters: ${upcasters} },`);
  workspace.write(...fixtureOf('StockReceived', 2, { sku: '85123A', quantity: 6, dock: 3 }));
}

/** The body of a request gets another property; no consumer here sends it. */
const askForMore = (workspace: Workspace, property: string): void =>
  workspace.edit('libs/contracts/src/http/inventory-http.ts', '({ items: z', `({ ${property}, items: z`);

/** A property that may be given, and an event that nobody has had before. */
function addMore(workspace: Workspace): void {
  askForMore(workspace, 'reason: reason.optional()');
  workspace.edit(events, received, `${received}\n  StockCounted: { version: 1, schema: z.strictObject({ sku }) },`);
  workspace.write(...fixtureOf('StockCounted', 1, { sku: '85123A' }));
}

/** A command gets another name, on both sides, and both say so by their versions. */
function renameCommand(workspace: Workspace): void {
  workspace.edit('libs/contracts/src/commands/commands.ts', 'CommitStock: z', 'TakeStock: z');
  workspace.declare('inventory', '2.0.0');
  workspace.declare('fulfilment', '2.0.0');
}

interface Case {
  readonly name: string;
  readonly change: (workspace: Workspace) => void;
  /** Documents are left as they are. */
  readonly documentsStay?: true;
  /** What is said to be wrong; undefined: nothing, with exit code 0. */
  readonly wrong?: RegExp;
  /** What is told besides. */
  readonly told: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    name: 'an event is changed under the version that is released',
    change: (workspace) => workspace.edit(events, received, received.replace(' })', ', dock: z.int().optional() })')),
    wrong: /no version of inventory allows what is marked as forbidden/,
    told: [
      /forbidden {3}asyncapi {2}send inventory-events StockReceived dock: is new/,
      /→ version 1 is stored and read: put it back, and make version 2 with an upcaster and a fixture/,
    ],
  },
  {
    name: 'a request needs more than it did',
    change: (workspace) => askForMore(workspace, 'reason'),
    wrong: /inventory is declared as 1\.0\.0, but 2\.0\.0 is needed after 1\.0\.0/,
    told: [/breaking {4}openapi {2}POST \/v1\/stock\/receipts body reason: is required now\n +→ go on taking what/],
  },
  {
    name: 'a stored event is not read any more',
    change: (workspace) =>
      workspace.edit('libs/contracts/src/events/order-events.ts', "({ ...data, currency: 'GBP' })", '({ ...data })'),
    documentsStay: true,
    wrong: /fixtures\/OrderSubmitted\.v1\.json: does not decode: .* data\.currency: Invalid input/,
    told: [/order +nothing has changed since 1\.0\.0: ok/],
  },
  {
    name: 'a consumer expects what is not sent any more, whatever the versions say',
    change: renameCommand,
    wrong:
      /apps\/inventory\/expectations\/fulfilment\.json: fulfilment sends no CommitStock to inventory-commands\. Put it back/,
    told: [/fulfilment +2 breaking since 1\.0\.0, to be released as 2\.0\.0: ok/],
  },
  {
    name: 'a document is old',
    change: (workspace) =>
      workspace.edit('libs/contracts/generated/asyncapi/payment.json', '"title": "Daybook: payment"', '"title": "Pay"'),
    documentsStay: true,
    wrong: /generated\/asyncapi\/payment\.json: is not what the contracts say: npm run generate/,
    told: [],
  },
  {
    name: 'something was added, and no version says so',
    change: addMore,
    wrong: /inventory is declared as 1\.0\.0, but 1\.1\.0 is needed after 1\.0\.0: declare it/,
    told: [/inventory +2 compatible since 1\.0\.0: 1 wrong/],
  },
  {
    name: 'nothing is, for something was added and the minor version says so',
    change: (workspace) => {
      addMore(workspace);
      workspace.declare('inventory', '1.1.0');
    },
    told: [
      /compatible {2}openapi {2}POST \/v1\/stock\/receipts body reason: is new/,
      /compatible {2}asyncapi {2}send inventory-events StockCounted: is new/,
      /inventory +2 compatible since 1\.0\.0, to be released as 1\.1\.0: ok/,
    ],
  },
  {
    name: 'nothing is, for an event has another version with all that belongs to it, and the major version says so',
    change: (workspace) => {
      raiseVersion(workspace);
      workspace.declare('inventory', '2.0.0');
    },
    told: [/breaking {4}asyncapi {2}send inventory-events StockReceived: has version 2, had 1/],
  },
];

let released: Workspace;
const workspaces: Workspace[] = [];
const copy = (): Workspace => {
  const workspace = released.copy();
  workspaces.push(workspace);
  return workspace;
};
beforeAll(async () => {
  released = await releasedWorkspace();
});
afterAll(() => [released, ...workspaces].forEach((workspace) => workspace?.remove()));

describe('npx nx run contracts:check says what is wrong', () => {
  const ran = new Map<string, Ran>();

  // Two at a time: each is a process of its own.
  beforeAll(async () => {
    const left = [...cases];
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const workspace = copy();
        next.change(workspace);
        const generated: readonly Program[] = next.documentsStay === true ? [] : [['generate']];
        ran.set(next.name, await workspace.run(...generated, ['check']));
      }
    };
    await Promise.all([work(), work()]);
  });

  it.each(cases)('when $name', ({ name, wrong, told }) => {
    const { code, out } = ran.get(name) ?? { code: -1, out: '' };
    const lines = out.split('\n').filter((line) => line.includes('  WRONG  '));
    expect([out, lines.length, code]).toEqual(wrong === undefined ? [out, 0, 0] : [out, 1, 1]);
    if (wrong !== undefined) expect(lines[0]).toMatch(wrong);
    for (const pattern of told) expect(out).toMatch(pattern);
  });
});

describe('npx nx run contracts:release', () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = copy();
  });

  it('releases nothing while something is wrong', async () => {
    addMore(workspace);
    const { code, out } = await workspace.run(['generate'], ['release', 'inventory']);
    expect([code, out]).toEqual([1, expect.stringMatching(/1\.1\.0 is needed after 1\.0\.0[^]*nothing was released/)]);
  });

  it('releases what is declared once it is right', async () => {
    workspace.declare('inventory', '1.1.0');
    expect(await workspace.run(['generate'], ['release', 'inventory'])).toEqual({
      code: 0,
      out: 'inventory 1.1.0 is released: commit libs/contracts/producers/inventory/released.json\n',
    });
    const { code, out } = await workspace.run(['check']);
    expect([code, out]).toEqual([0, expect.stringMatching(/inventory +nothing has changed since 1\.1\.0: ok/)]);
  });

  it('wants to know whose', async () => {
    const { code, out } = await workspace.run(['release', 'orders']);
    const reason = `no such producer: orders; there are ${serviceNames.join(', ')}`;
    expect([code, out]).toEqual([2, `contracts: ${reason}\n`]);
  });
});
