// Appends events at a steady rate, from a process of its own: nothing tells the feeds that it has. Its one argument is JSON.
import { cosmosClient } from '@daybook/azure';
import { EMULATOR_KEY } from '@daybook/cosmos-emulator';
import { notesOver, portOf } from '../eventstore/bench-store.ts';
import { percentile, round, timed } from '../statistics.ts';

export interface AppenderPlan {
  readonly endpoint: string;
  readonly container: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly streams: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as AppenderPlan;
const client = cosmosClient({ endpoint: plan.endpoint, key: EMULATOR_KEY });
const notes = notesOver(portOf(client.database('bench').container(plan.container)));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

console.log('appending');
const startMs = Date.now();
const total = plan.perSecond * plan.seconds;
const answers: Promise<number>[] = [];
while (answers.length < total) {
  const due = Math.min(total, Math.floor(((Date.now() - startMs) / 1_000) * plan.perSecond));
  // The event says when its append began: what waits for the store counts as lag, too.
  while (answers.length < due) {
    const streamId = `note-${answers.length % plan.streams}`;
    answers.push(timed(() => notes.note(streamId, Date.now())));
  }
  await pause(5);
}
const tookMs = await Promise.all(answers);
await notes.settled();
client.dispose();
const warm = tookMs.slice(Math.floor(total / 5));
console.log(JSON.stringify({ appended: total, appendP99Ms: round(percentile(warm, 0.99), 0) }));
