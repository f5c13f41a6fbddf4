/** Why the broker refuses something, as AMQP says it: the client library turns the condition into its error class. */
export interface Refusal {
  readonly condition: string;
  readonly description: string;
  /** For answers of `$cbs` and `$management`, which carry a status. */
  readonly status: number;
}

export const isRefusal = (value: object): value is Refusal => 'condition' in value && 'description' in value;

export const refusals = {
  entityNotFound: (path: string): Refusal => ({
    condition: 'amqp:not-found',
    description: `The messaging entity '${path}' could not be found.`,
    status: 404,
  }),
  unauthorized: (reason: string): Refusal => ({
    condition: 'amqp:unauthorized-access',
    description: `Unauthorized access. ${reason}`,
    status: 401,
  }),
  /** A token was shown, and not believed. */
  authFailed: (description: string): Refusal => ({ condition: 'com.microsoft:auth-failed', description, status: 401 }),
  /** A token was believed, and whom it is about has no right to this. */
  claimsRequired: (rights: string, resource: string): Refusal =>
    refusals.unauthorized(`${rights} claim(s) are required to perform this operation. Resource: '${resource}'.`),
  partitionOutOfRange: (partitionId: string, partitionCount: number): Refusal => ({
    condition: 'com.microsoft:argument-out-of-range',
    description:
      'The specified partition is invalid for an EventHub partition sender or receiver. ' +
      `It should be between 0 and ${partitionCount - 1}. Parameter name: PartitionId. Actual value: ${partitionId}.`,
    status: 400,
  }),
  argument: (description: string): Refusal => ({
    condition: 'com.microsoft:argument-error',
    description,
    status: 400,
  }),
  positionBeyondEnd: (kind: 'sequence number' | 'offset', supplied: string, last: number): Refusal =>
    refusals.argument(`The supplied ${kind} '${supplied}' is invalid. The last ${kind} in the system is '${last}'`),
  tooLarge: (deliveryId: number, sizeBytes: number, limitBytes: number): Refusal => ({
    condition: 'amqp:link:message-size-exceeded',
    description:
      `The received message (delivery-id:${deliveryId}, size:${sizeBytes} bytes) ` +
      `exceeds the limit (${limitBytes} bytes) currently allowed on the link.`,
    status: 413,
  }),
  malformed: (reason: string): Refusal => ({ condition: 'amqp:decode-error', description: reason, status: 400 }),
  notImplemented: (description: string): Refusal => ({
    condition: 'amqp:not-implemented',
    description,
    status: 501,
  }),
  internal: (description: string): Refusal => ({ condition: 'amqp:internal-error', description, status: 500 }),
  busy: (): Refusal => ({
    condition: 'com.microsoft:server-busy',
    description: 'Injected fault: the server is busy. Try again later.',
    status: 503,
  }),
  unavailable: (description: string): Refusal => ({
    condition: 'com.microsoft:server-busy',
    description: `${description} Try again later.`,
    status: 503,
  }),
  detachForced: (): Refusal => ({
    condition: 'amqp:link:detach-forced',
    description: 'Injected fault: the link is force detached by the broker.',
    status: 500,
  }),
  stolen: (description: string): Refusal => ({ condition: 'amqp:link:stolen', description, status: 409 }),
  tooManyReceivers: (limit: number, names: readonly string[]): Refusal => ({
    condition: 'amqp:resource-limit-exceeded',
    description:
      `Exceeded the maximum number of allowed receivers per partition in a consumer group which is ${limit}. ` +
      `List of connected receivers - ${names.join(', ')}.`,
    status: 403,
  }),
} as const;
