import { parseArgs } from 'node:util';
import { type FaultKind, faultKinds } from './faults/fault.ts';

export const usage = `npm run chaos -- [options]: a throw-away system of real processes, orders that flow, and faults; then quiet, and verification

  --minutes N       how long faults come (default 2)
  --seed S          the schedule of faults, and what the orders are (default 1)
  --file FILE       the trade file that the orders come from (default: the extract in tools/replay/data)
  --rate N          orders begun in a minute (default 130)
  --every SECONDS   the mean time between two faults (default 4)
  --only KINDS      kinds of faults, or how they begin, separated by commas: kill,link
  --instances N     processes of each service (default 2)
  --replay          instead of endless orders: the whole file once, which must then agree with the books to the penny
  --limit N         with --replay: the first N invoices
  --stock F         with --replay: stock at the opening, as a part of what the file sells (default 1)
  --plan            prints the schedule and ends
  --keep            keeps data, logs and trace also when all is well
  --json            the last line of standard output is one JSON object
  --help            this text

Kinds: ${faultKinds.join(', ')}.
Exit code 1: something is wrong, recovery took more than 60 s, fewer than 100 orders a minute came to their end, or (from two minutes
on) a kind of fault never happened; data, logs and trace are kept then. 2: it could not be done. 130: Ctrl-C.`;

/** The command line cannot be understood. */
export class UsageError extends Error {
  readonly code = 'bad-usage';
}

export interface Flags {
  readonly minutes: number;
  readonly seed: number;
  /** Undefined: the extract. */
  readonly file?: string;
  readonly rate: number;
  readonly everyMs: number;
  readonly kinds: readonly FaultKind[];
  readonly instances: number;
  readonly replay?: { readonly limit?: number; readonly stock: number };
  readonly plan: boolean;
  readonly keep: boolean;
  readonly json: boolean;
}

/** Undefined: `--help`. @throws UsageError */
export function readFlags(args: readonly string[]): Flags | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const number = (
    name: 'minutes' | 'seed' | 'rate' | 'every' | 'instances' | 'limit' | 'stock',
    range: Range,
  ): number => {
    const text = values[name] ?? range.otherwise;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= range.least && value <= range.most && (range.whole !== true || Number.isInteger(value))) return value;
    const kind = range.whole === true ? 'a whole number' : 'a number';
    throw new UsageError(`--${name} is ${text}; it must be ${kind} from ${range.least} to ${range.most}.`);
  };
  if (values.replay !== true && (values.limit !== undefined || values.stock !== undefined))
    throw new UsageError('--limit and --stock go with --replay.');
  const limit =
    values.limit === undefined ? {} : { limit: number('limit', { least: 1, most: 1e6, whole: true, otherwise: '' }) };
  return {
    minutes: number('minutes', { least: 0.1, most: 1_440, otherwise: '2' }),
    seed: number('seed', { least: 0, most: 2 ** 32 - 1, whole: true, otherwise: '1' }),
    rate: number('rate', { least: 1, most: 10_000, whole: true, otherwise: '130' }),
    everyMs: 1_000 * number('every', { least: 0.1, most: 600, otherwise: '4' }),
    instances: number('instances', { least: 1, most: 8, whole: true, otherwise: '2' }),
    kinds: kindsOf(values.only),
    ...(values.file === undefined ? {} : { file: values.file }),
    ...(values.replay === true
      ? { replay: { ...limit, stock: number('stock', { least: 0, most: 100, otherwise: '1' }) } }
      : {}),
    plan: values.plan === true,
    keep: values.keep === true,
    json: values.json === true,
  };
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
  readonly otherwise: string;
}

function kindsOf(only: string | undefined): readonly FaultKind[] {
  if (only === undefined) return faultKinds;
  const begins = only.split(',').filter((part) => part !== '');
  const unknown = begins.find((part) => !faultKinds.some((kind) => kind.startsWith(part)));
  if (unknown !== undefined || begins.length === 0)
    throw new UsageError(`--only is ${only}; the kinds are ${faultKinds.join(', ')}.`);
  return faultKinds.filter((kind) => begins.some((part) => kind.startsWith(part)));
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ minutes: text, seed: text, file: text, rate: text, every: text, only: text, instances: text },
        ...{ limit: text, stock: text, replay: flag, plan: flag, keep: flag, json: flag, help: flag },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
