// One writer among several processes: appends `count` events to one stream and prints the versions it got, as JSON.
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { systemRuntime } from '@daybook/ports';
import { createAggregateStore, createEventStore } from '../index.ts';
import { counter, counterCodec, metadata } from './fixtures.ts';

const [endpoint, key, streamId, writer, count] = process.argv.slice(2);
const client = cosmosClient({ endpoint, key });
const container = cosmosContainer(client.database('shop').container('events'));
const counters = createAggregateStore({
  store: createEventStore({ container, runtime: systemRuntime() }),
  codec: counterCodec,
  decider: counter,
  category: 'counter',
  maxAttempts: 200,
});
const versions = [];
for (let command = 0; command < Number(count); command += 1) {
  const request = { streamId, command: { by: 1 }, metadata: metadata(`${writer}-${command}`) };
  const outcome = await counters.execute(request);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  versions.push(outcome.version);
}
client.dispose();
process.stdout.write(JSON.stringify(versions));
