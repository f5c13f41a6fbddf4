/** A hub to serve. `$Default` is a consumer group of every hub and need not be listed. */
export interface HubConfig {
  readonly name: string;
  /** 1 to 1024; cannot be changed once the hub holds data. */
  readonly partitions: number;
  readonly consumerGroups?: readonly string[];
}

export const DEFAULT_CONSUMER_GROUP = '$Default';

export const limits = {
  /** Bytes of one transfer: a batch, or one event sent alone. */
  transferBytes: 1_048_576,
  partitionsPerHub: 1024,
  /** All hubs together: the number of a partition is part of a 53-bit row id. */
  partitionsPerNamespace: 8191,
  consumerGroupsPerHub: 1000,
  hubNameLength: 256,
  consumerGroupNameLength: 50,
  /** Receivers without an owner level on one partition of a consumer group. */
  receiversPerPartition: 5,
} as const;

/** The configuration is not one this emulator can serve; the message names field and remedy. */
export class EmulatorConfigError extends Error {
  readonly code = 'EmulatorConfigError';
}

const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Hubs from the text of a configuration file: `{"hubs":[{"name","partitions","consumerGroups":[]}]}`. */
export function parseConfig(text: string): HubConfig[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new EmulatorConfigError(`The configuration is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(content) || !Array.isArray(content['hubs'])) {
    throw new EmulatorConfigError('The configuration must be an object with a list "hubs"');
  }
  refuseUnknownFields('the configuration', content, ['hubs']);
  return validateHubs(content['hubs']);
}

/** Refuses what cannot be served, and names it. */
export function validateHubs(hubs: readonly unknown[]): HubConfig[] {
  const valid = hubs.map((hub, index) => validateHub(hub, `hubs[${index}]`));
  refuseDuplicates(
    'hubs',
    valid.map((hub) => hub.name),
  );
  return valid;
}

function validateHub(hub: unknown, where: string): HubConfig {
  if (!isObject(hub)) throw new EmulatorConfigError(`${where} must be an object with "name" and "partitions"`);
  refuseUnknownFields(where, hub, ['name', 'partitions', 'consumerGroups']);
  const name = validateName(hub['name'], `${where}.name`, limits.hubNameLength);
  const partitions = hub['partitions'];
  if (!Number.isInteger(partitions) || Number(partitions) < 1 || Number(partitions) > limits.partitionsPerHub) {
    throw new EmulatorConfigError(`${where}.partitions must be a whole number from 1 to ${limits.partitionsPerHub}`);
  }
  return { name, partitions: Number(partitions), consumerGroups: validateGroups(hub['consumerGroups'] ?? [], where) };
}

function validateGroups(groups: unknown, where: string): string[] {
  const field = `${where}.consumerGroups`;
  if (!Array.isArray(groups)) throw new EmulatorConfigError(`${field} must be a list of names`);
  if (groups.length > limits.consumerGroupsPerHub) {
    throw new EmulatorConfigError(`${field} has more than ${limits.consumerGroupsPerHub} names`);
  }
  const names = groups.map((group: unknown, index) =>
    typeof group === 'string' && sameName(group, DEFAULT_CONSUMER_GROUP)
      ? DEFAULT_CONSUMER_GROUP
      : validateName(group, `${field}[${index}]`, limits.consumerGroupNameLength),
  );
  refuseDuplicates(field, names);
  return names;
}

function validateName(name: unknown, field: string, maxLength: number): string {
  if (typeof name !== 'string' || name.length > maxLength || !namePattern.test(name)) {
    throw new EmulatorConfigError(
      `${field} must be 1 to ${maxLength} letters, digits, '.', '_' or '-', and begin and end with a letter or digit`,
    );
  }
  return name;
}

function refuseUnknownFields(where: string, value: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new EmulatorConfigError(`${where} has a field "${unknown}"; known are ${known.join(', ')}`);
  }
}

function refuseDuplicates(field: string, names: readonly string[]): void {
  const duplicate = names.find((name, index) => names.findIndex((other) => sameName(name, other)) !== index);
  if (duplicate !== undefined) {
    throw new EmulatorConfigError(
      `${field} names "${duplicate}" twice; names differ in more than upper and lower case`,
    );
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of hubs and consumer groups do not distinguish upper and lower case. */
export const sameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
