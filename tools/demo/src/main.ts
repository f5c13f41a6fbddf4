// npm run demo
import { parseArgs } from 'node:util';
import { withThrowAwaySystem } from '@daybook/local';
import { connectShop } from '@daybook/replay';
import { play } from './play.ts';
import { scenarios } from './scenarios.ts';
import { timeline } from './timeline.ts';

const usage = `npm run demo: a handful of orders through every path, with data of its own that is gone afterwards

Prints for each order every event of every service, in order of time. Exit code 0: each ended as it should.`;

const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
if (values.help === true) console.log(usage);
else {
  console.log('Starting a system for the demonstration …');
  try {
    await withThrowAwaySystem({ command: 'npm run demo' }, async ({ urls }) => {
      const shop = connectShop(urls);
      for (const [index, scenario] of scenarios.entries()) {
        const sku = `8512${index}D`;
        console.log(`\n${index + 1}. ${scenario.title}`);
        await play(shop, scenario, sku);
        console.log(await timeline(shop, scenario.orderId, sku));
        console.log(`  => order ${scenario.ends.order}, payment ${scenario.ends.payment ?? 'none'}`);
      }
    });
    console.log('\nAll orders ended as they should.');
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
