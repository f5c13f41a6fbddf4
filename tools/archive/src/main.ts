// npm run archive -- --service order --older-than 90d
import { parseArgs } from 'node:util';
import {
  eachService,
  eventsContainer,
  isPublisher,
  orderPersonalData,
  type ServiceName,
  serviceNames,
} from '@daybook/contracts';
import { createArchiver } from '@daybook/eventstore';
import { type Container, isContainerError, systemRuntime } from '@daybook/ports';
import { archiveService } from './archive-service.ts';
import { withStores } from './stores.ts';

const usage = `npm run archive -- --service NAME --older-than DAYSd: moves old events to Blob storage

  --service NAME       ${serviceNames.join(', ')}
  --older-than 90d     events older than this are archived, where a snapshot covers them; at least 1d
  --dedup-window 180d  archived events older than this are deleted; at least 7d and --older-than. Default: 30d, or --older-than
  --dry-run            writes and deletes nothing: says what would be archived
  --restore STREAM     puts the archived events of a stream back, once all of them have verified
  --help               this text

Works on the running system, the one named by COSMOS_ENDPOINT, or the data at rest. The first and the last event of a stream always stay,
and nothing is deleted that a feed of the service has not passed. Done as the archiver's identity; --restore creates events, so as the service's.
On this machine that is seen to; on Azure you have to be signed in as it.
Exit code 2: it could not be done.`;

/** What follows the events of a service from its first start on. Read models have a feed for each build, which counts once it has begun. */
const feeds: Readonly<Record<ServiceName, readonly string[]>> = {
  ...eachService((service) => (isPublisher(service) ? ['relay'] : [])),
  payment: ['relay', 'provider'],
  fulfilment: ['relay', 'timers'],
};

/** The fields that name subjects: an erasure asks for events by them. */
const subjectFields: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  order: Object.values(orderPersonalData).flatMap((fields) => fields.map(({ subject }) => `data.${subject}`)),
};

try {
  await main();
} catch (error) {
  console.error(`archive: ${error instanceof Error ? error.message : String(error)}`);
  if (isContainerError(error) && error.code === 'forbidden') {
    console.error('archive: this identity may not; deleting is for the archiver, restoring for the service itself');
  }
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      ...{ service: text, 'older-than': text, 'dedup-window': text, restore: text },
      ...{ 'dry-run': flag, help: flag },
    },
  });
  if (values.help === true) return void console.log(usage);
  const { service, restore } = values;
  if (!isService(service)) throw new Error(`--service must be one of ${Object.keys(eventsContainer).join(', ')}`);
  const dryRun = values['dry-run'] === true;
  if (restore !== undefined) {
    if (dryRun || values['older-than'] !== undefined || values['dedup-window'] !== undefined) {
      throw new Error('--restore goes with --service alone');
    }
    return restoreStream(service, restore);
  }
  const olderThanDays = days('--older-than', values['older-than']);
  const window = values['dedup-window'];
  const dedupWindowDays = window === undefined ? Math.max(30, olderThanDays) : days('--dedup-window', window);
  const archived = await withStores(process.env, service, 'archiver', (stores) =>
    archiveService({
      ...{ stores, runtime: systemRuntime(), feeds: feeds[service], olderThanDays, dedupWindowDays, dryRun },
      indexed: subjectFields[service] ?? [],
      onStream: ({ streamId, archivedTo, deleted, heldBy }) => {
        const held = heldBy.length === 0 ? '' : `; nothing may be deleted yet: ${heldBy.join(', ')}`;
        const said = dryRun
          ? `would be archived up to ${archivedTo}`
          : `archived up to ${archivedTo}, ${deleted} deleted`;
        console.log(`${streamId}: ${said}${held}`);
      },
    }),
  );
  const deleted = archived.reduce((sum, stream) => sum + stream.deleted, 0);
  console.log(`${service}: ${archived.length} streams with old events, ${deleted} events deleted`);
}

async function restoreStream(service: ServiceName, streamId: string): Promise<void> {
  const restored = await withStores(process.env, service, service, ({ events, archive }) =>
    createArchiver({
      ...{ container: events as unknown as Container, blobs: archive, runtime: systemRuntime(), guards: [] },
      ...{ olderThanDays: 1, dedupWindowDays: 1, coveredUpTo: () => Promise.resolve(0) },
    }).restore(streamId),
  );
  console.log(`${streamId}: ${restored} events restored`);
}

function isService(name: string | undefined): name is ServiceName {
  return name !== undefined && Object.hasOwn(eventsContainer, name);
}

function days(option: string, value: string | undefined): number {
  const match = /^(\d{1,5})d$/.exec(value ?? '');
  if (match === null) throw new Error(`${option} takes a number of days, for example 90d`);
  return Number(match[1]);
}
