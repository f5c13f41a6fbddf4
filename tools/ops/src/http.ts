import type { OpsContext } from './command.ts';

/** A service said no: the problem document that it answered with. */
export class ServiceRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(`${detail} (${status} ${code})`);
    this.name = 'ServiceRefused';
    this.status = status;
    this.code = code;
  }
}

const timeoutMs = 60_000;

/** Asks a service and gives the JSON of its answer. @throws ServiceRefused; Error where nobody answers */
export async function ask(
  context: OpsContext,
  url: string,
  init: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<unknown> {
  const bearer = await context.token?.();
  const response = await fetch(url, {
    method: init.body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      'x-actor': context.actor,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...init.headers,
    },
    signal: AbortSignal.timeout(timeoutMs),
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  }).catch((error: unknown) => {
    throw new Error(`${url} does not answer: is Daybook running? (npm start)`, { cause: error });
  });
  const body = (await response.json().catch(() => ({}))) as { readonly code?: string; readonly detail?: string };
  if (!response.ok)
    throw new ServiceRefused(response.status, body.code ?? 'unknown', body.detail ?? response.statusText);
  return body;
}
