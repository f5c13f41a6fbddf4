// npm run demo
import { parseArgs } from 'node:util';
import { withThrowAwaySystem } from '@daybook/local';
import { connectShop } from '@daybook/replay';
import { play } from './play.ts';
import { scenarios } from './scenarios.ts';
import { describeTimeline, legend, readTimeline } from './timeline.ts';

const usage = `npm run demo [-- --all]: a handful of orders through every path, with data of its own that is gone afterwards

  --all    also the events by which the saga keeps its own books (steps entered, timers set and cancelled)
  --help   this text

Prints for each order the events of all services, in order of time. Exit code 0: each ended as it should; 1: one did not;
2: it was called wrongly.`;

const flags = readFlags();
if (flags === undefined) process.exitCode = 2;
else if (flags.help === true) console.log(usage);
else process.exitCode = await demonstrate(flags.all === true);

async function demonstrate(all: boolean): Promise<number> {
  console.log('Starting a system for the demonstration …');
  try {
    await withThrowAwaySystem({ command: 'npm run demo' }, async ({ urls }) => {
      console.log(`\n${legend}`);
      const shop = connectShop(urls);
      for (const [index, scenario] of scenarios.entries()) {
        const sku = `8512${index}D`;
        console.log(`\n${index + 1}. ${scenario.title}`);
        await play(shop, scenario, sku);
        console.log(describeTimeline(await readTimeline(shop, scenario.orderId, sku), { all }));
        console.log(`  => order ${scenario.ends.order}, payment ${scenario.ends.payment ?? 'none'}`);
      }
    });
    console.log('\nAll orders ended as they should.');
    return 0;
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function readFlags() {
  try {
    return parseArgs({ options: { all: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return undefined;
  }
}
