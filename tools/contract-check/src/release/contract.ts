import {
  asyncApiOf,
  contractVersions,
  type Fixture,
  openApiOf,
  serviceEvents,
  type ServiceName,
} from '@daybook/contracts/documents';
import type { Released } from './released.ts';

/** A producer's contract as it is now: what a release would write. */
export function contractOf(producer: ServiceName, fixtures: ReadonlyMap<string, Fixture>): Released {
  const types = Object.keys(serviceEvents[producer] ?? {});
  return {
    producer,
    version: contractVersions[producer],
    openapi: openApiOf(producer),
    asyncapi: asyncApiOf(producer),
    fixtures: Object.fromEntries([...fixtures].filter(([, { type }]) => types.includes(type))),
  };
}
