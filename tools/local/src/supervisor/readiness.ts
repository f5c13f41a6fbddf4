import { get } from 'node:http';
import { accepts } from './ports.ts';
import type { Readiness } from './process-spec.ts';

const answerTimeoutMs = 2_000;

/** Asks a process once whether it does its work. */
export const isReady = (ready: Exclude<Readiness, { kind: 'exit' }>): Promise<boolean> =>
  ready.kind === 'tcp' ? accepts(ready.port) : answers200(ready.url);

const answers200 = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: answerTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
