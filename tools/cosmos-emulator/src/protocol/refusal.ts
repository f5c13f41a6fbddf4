import type { EmulatorResponse } from './message.ts';
import { jsonResponse } from './message.ts';

/** A request that is refused, with the status and message that Cosmos DB gives. */
export class Refusal extends Error {
  readonly code = 'cosmos-refusal';
  readonly status: number;
  readonly substatus: number | undefined;

  constructor(status: number, message: string, substatus?: number) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.substatus = substatus;
  }
}

/** Tells a {@link Refusal} from a defect. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'code' in error && error.code === 'cosmos-refusal';

const names: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  429: 'TooManyRequests',
  449: 'RetryWith',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

/** The answer for a refusal. Every one has a JSON body with `message`: without it the SDK fails with a TypeError. */
export const refusalResponse = (status: number, message: string, substatus?: number): EmulatorResponse =>
  jsonResponse(
    status,
    { code: names[status] ?? `Status${status}`, message },
    substatus === undefined ? {} : { 'x-ms-substatus': String(substatus) },
  );

export const badRequest = (message: string, substatus?: number): Refusal => new Refusal(400, message, substatus);

/** What the emulator does not do. Says so instead of answering wrongly. */
export const unsupported = (what: string, remedy: string): Refusal =>
  new Refusal(400, `${what} is not supported by this emulator. ${remedy}`);

export const notFound = (what: string): Refusal =>
  new Refusal(404, `Entity with the specified id does not exist in the system: ${what}.`);

/** The container or database above the addressed resource does not exist. */
export const ownerNotFound = (what: string): Refusal =>
  new Refusal(404, `Owner resource does not exist: ${what}.`, 1003);

export const conflict = (): Refusal =>
  new Refusal(409, 'Resource with specified id, name, or unique index already exists.');

export const preconditionFailed = (): Refusal =>
  new Refusal(412, 'Operation cannot be performed because one of the specified precondition is not met.');
