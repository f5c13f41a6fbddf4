// npm run replay -- FILE
import { parseArgs } from 'node:util';
import { runningSystem, withThrowAwaySystem } from '@daybook/local';
import { progressBar } from './progress.ts';
import { replay } from './replay.ts';
import { describe } from './report.ts';
import { connectShop, type ShopUrls } from './shop.ts';
import { readTradeFile } from './trade-file.ts';

const usage = `npm run replay -- FILE [options]: replays a shop's trade and compares the books with the file

  FILE              CSV, or CSV compressed with gzip; the format is described in tools/replay/README.md
  --limit N         only the first N invoices
  --days N          only the first N calendar days, counted from the first row's
  --stock F         stock at the opening, as a part of what the file sells; below 1, orders run out of stock (default 1)
  --concurrency N   orders under way at the same time (default 16)
  --json            the last line of standard output is one JSON object
  --help            this text

It trades with the system that is running (npm start; DAYBOOK_PORT_OFFSET counts) or, with none running, with one of its own that is
gone afterwards. A second run of the same file moves nothing. Exit code 1: the books and the file differ; 2: it could not be done.`;

class UsageError extends Error {}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(
    error instanceof UsageError
      ? `${error.message}\n\n${usage}`
      : `replay: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const flags = readFlags();
  if (flags === undefined) {
    console.log(usage);
    return 0;
  }
  const { path, json, ...options } = flags;
  const file = readTradeFile(path);
  const run = async (urls: ShopUrls): Promise<number> => {
    const onProgress = progressBar('replaying');
    const result = await replay({ file, shop: connectShop(urls), restMs: 60_000, onProgress, ...options });
    console.log(describe(result.report, result.books, result.trade));
    if (json) console.log(JSON.stringify(result.report));
    return result.report.reconciled ? 0 : 1;
  };
  const running = await runningSystem(process.env);
  if (running !== undefined) return run(running.urls);
  console.error('No system is running: starting one for this replay.');
  return withThrowAwaySystem({ command: 'npm run replay' }, ({ urls }) => run(urls));
}

function readFlags() {
  const { values, positionals } = parse();
  if (values.help === true) return undefined;
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new UsageError('Name one trade file.');
  const count = (name: 'limit' | 'days' | 'concurrency'): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError(`--${name} is ${text}; it must be a whole number from 1.`);
    return Number(text);
  };
  const stock = values.stock === undefined ? 1 : /^\d*\.?\d+$/.test(values.stock) ? Number(values.stock) : NaN;
  if (!(stock >= 0 && stock <= 100))
    throw new UsageError(`--stock is ${values.stock}; it must be a number from 0 to 100.`);
  const limit = count('limit');
  const days = count('days');
  return {
    path,
    stock,
    json: values.json === true,
    concurrency: Math.min(count('concurrency') ?? 16, 64),
    ...(limit === undefined ? {} : { limit }),
    ...(days === undefined ? {} : { days }),
  };
}

function parse() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: { limit: text, days: text, stock: text, concurrency: text, json: flag, help: flag },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
