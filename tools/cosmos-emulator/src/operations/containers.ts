import { compositeIndexes, parseIndexing } from '../protocol/indexing.ts';
import { limits } from '../protocol/limits.ts';
import { isObject } from '../protocol/message.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { pathSegments } from '../protocol/partition-key.ts';
import { badRequest, unsupported } from '../protocol/refusal.ts';
import type { ContainerDefinition } from '../storage/catalog.ts';
import { checkTtl } from '../storage/expiry.ts';

/** Checks the name of a database or container. */
export const checkName = (value: unknown): string => {
  if (typeof value !== 'string' || value === '' || value.length > limits.nameCharacters || /[/\\#?]|\s$/.test(value)) {
    throw badRequest(
      `An id must be a string of 1 to ${limits.nameCharacters} characters without / \\ # ? and without a space at its end.`,
    );
  }
  return value;
};

const partitionKeyOf = (value: unknown): PartitionKeyDefinition => {
  if (!isObject(value) || !Array.isArray(value['paths']) || value['paths'].length === 0) {
    throw badRequest('A container needs a partitionKey with paths.');
  }
  const paths = value['paths'].map(String);
  const kind = value['kind'] ?? 'Hash';
  if (kind !== 'Hash' && kind !== 'MultiHash')
    throw unsupported(`The partition key kind ${String(kind)}`, 'Use Hash or MultiHash.');
  if (value['version'] !== undefined && value['version'] !== 2)
    throw unsupported('A partition key of version 1', 'Use version 2.');
  if (paths.length > (kind === 'Hash' ? 1 : limits.partitionKeyPaths)) {
    throw badRequest(
      `A partition key of kind ${kind} has too many paths; MultiHash may have ${limits.partitionKeyPaths}.`,
    );
  }
  paths.forEach(pathSegments);
  return { paths, kind, version: 2 };
};

const uniqueKeysOf = (value: unknown): ContainerDefinition['uniqueKeyPolicy'] => {
  const keys = isObject(value) ? value['uniqueKeys'] : undefined;
  if (keys === undefined || (Array.isArray(keys) && keys.length === 0)) return undefined;
  if (!Array.isArray(keys) || keys.length > limits.uniqueKeys) {
    throw badRequest(`uniqueKeyPolicy.uniqueKeys must be an array of at most ${limits.uniqueKeys}.`);
  }
  const uniqueKeys = keys.map((key: unknown) => {
    const paths: unknown = isObject(key) ? key['paths'] : undefined;
    if (!Array.isArray(paths) || paths.length === 0) throw badRequest('A unique key needs paths.');
    const names = paths.map(String);
    names.forEach(pathSegments);
    return { paths: names };
  });
  if (uniqueKeys.reduce((sum, key) => sum + key.paths.length, 0) > limits.uniqueKeyPaths) {
    throw badRequest(`Unique keys may have ${limits.uniqueKeyPaths} paths together.`);
  }
  return { uniqueKeys };
};

/** Settings that change what the service does, and that the emulator would silently not do. */
const unsupportedSettings = [
  'analyticalStorageTtl',
  'changeFeedPolicy',
  'computedProperties',
  'vectorEmbeddingPolicy',
  'fullTextPolicy',
  'clientEncryptionPolicy',
  'materializedViewDefinition',
];

const defaultIndexing = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};

/** Checks a container's definition and fills in defaults. An indexing policy changes charges only. */
export const checkDefinition = (value: unknown): ContainerDefinition => {
  if (!isObject(value)) throw badRequest('A container must be a JSON object.');
  const refused = unsupportedSettings.find((name) => value[name] !== undefined && value[name] !== null);
  if (refused !== undefined) throw unsupported(`The container setting ${refused}`, 'Leave it out.');
  const indexingPolicy = value['indexingPolicy'] ?? defaultIndexing;
  parseIndexing(indexingPolicy);
  compositeIndexes(indexingPolicy);
  const uniqueKeyPolicy = uniqueKeysOf(value['uniqueKeyPolicy']);
  const defaultTtl = value['defaultTtl'] ?? undefined;
  checkTtl(defaultTtl, 'defaultTtl');
  return {
    id: checkName(value['id']),
    partitionKey: partitionKeyOf(value['partitionKey']),
    indexingPolicy,
    conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/_ts' },
    ...(uniqueKeyPolicy === undefined ? {} : { uniqueKeyPolicy }),
    ...(defaultTtl === undefined ? {} : { defaultTtl: Number(defaultTtl) }),
  };
};

/** Checks a replacement: partition key and unique keys are immutable. */
export const checkReplacement = (current: ContainerDefinition, value: unknown): ContainerDefinition => {
  const next = checkDefinition(value);
  for (const name of ['id', 'partitionKey', 'uniqueKeyPolicy'] as const) {
    if (JSON.stringify(next[name]) !== JSON.stringify(current[name])) {
      throw badRequest(`The ${name} of a container cannot be changed.`);
    }
  }
  return next;
};
