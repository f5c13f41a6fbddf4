import { setTimeout as sleep } from 'node:timers/promises';
import type { ShopService } from '@daybook/contracts';
import { fetchAs } from '@daybook/local';

/** Where the services are. */
export interface ShopUrls {
  readonly order: string;
  readonly inventory: string;
  readonly payment: string;
  readonly fulfilment: string;
  /** The development issuer, where callers have to prove who they are and none of their own is given. */
  readonly issuer?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Plain HTTP to the services, as any client would do it. */
export interface Shop {
  get(service: ShopService, path: string): Promise<Answer>;
  /** With a key, so that it may be sent again whatever became of the answer. */
  post(service: ShopService, path: string, body: object, key: string): Promise<Answer>;
}

/** The shop does not answer as its contract says. */
export class ShopError extends Error {
  readonly code = 'shop-error';
}

const pauseMs = 250;
const timeoutMs = 15_000;

/** Acts as an operator. Sends again while a service is away or busy, for as long as `patienceMs` (a minute by default): every command carries its key. */
export function connectShop(urls: ShopUrls, patienceMs = 60_000): Shop {
  const fetchIt = fetchAs(urls, { role: 'operator', subject: 'shop' });
  const send = async (url: string, init: RequestInit): Promise<Answer> => {
    const deadline = performance.now() + patienceMs;
    let last: unknown;
    let attempts = 0;
    do {
      attempts += 1;
      try {
        const response = await fetchIt(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
        const body = (await response.json()) as Record<string, unknown>;
        if (response.status < 500 && response.status !== 429) return { status: response.status, body };
        last = `${response.status} ${JSON.stringify(body)}`;
      } catch (error) {
        last = error instanceof Error ? (error.cause ?? error) : error;
      }
      await sleep(pauseMs);
    } while (performance.now() < deadline);
    throw new ShopError(`${init.method ?? 'GET'} ${url} failed ${attempts} times; last: ${String(last)}`);
  };
  return {
    get: (service, path) => send(`${urls[service]}${path}`, {}),
    post: (service, path, body, key) =>
      send(`${urls[service]}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      }),
  };
}

/** The field of an answer that must be a whole number. @throws ShopError */
export function numberIn(answer: Answer, field: string): number {
  const value = answer.body[field];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new ShopError(`the answer has no number ${field}: ${JSON.stringify(answer.body)}`);
}

/** Fails unless the answer has one of the statuses. @throws ShopError */
export function expectStatus(answer: Answer, statuses: readonly number[], what: string): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new ShopError(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
