import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { producers } from '@daybook/contracts/documents';
import { z } from 'zod';

const jsonSchema = z.record(z.string(), z.unknown());

const message = z.strictObject({
  /** The newest version of the event that the consumer knows. Absent: it takes any. */
  version: z.int().min(1).optional(),
  /** What it reads of the data. Absent: it only looks at the type. */
  data: jsonSchema.optional(),
});

const call = z.strictObject({
  /** Bodies that the consumer sends. */
  sends: z.array(z.unknown()).min(1).optional(),
  /** Names of headers and query parameters that it sends. */
  headers: z.array(z.string()).optional(),
  query: z.array(z.string()).optional(),
  /** What it reads of each answer with success that it is prepared for, by status. */
  answers: z.record(z.string().regex(/^[23]\d\d$/), jsonSchema),
  /** The problems that it branches on: their status, by code. */
  problems: z.record(z.string(), z.int().min(400).max(599)).optional(),
});

const expectation = z.strictObject({
  consumer: z.string().min(1),
  producer: z.enum(producers),
  /** What it reads of the CloudEvent that every message is. */
  envelope: jsonSchema.optional(),
  /** By hub and type of message. */
  messages: z.record(z.string(), z.record(z.string(), message)).optional(),
  http: z
    .strictObject({
      /** What its token names: its role. */
      token: z.array(z.string().min(1)).min(1),
      /** By method and path, `POST /v1/orders/{orderId}/cancel`. */
      operations: z.record(z.string(), call),
    })
    .optional(),
});

/** What a consumer relies on of one producer: it writes that itself, and keeps it with its code. */
export type Expectation = z.infer<typeof expectation> & {
  /** Its file, below the repository's root. */
  readonly path: string;
};

/** Every expectation of every consumer in the repository. @throws Error for a file that is none */
export function readExpectations(root: string): readonly Expectation[] {
  const paths = globSync(['apps/*/expectations/*.json', 'tools/*/expectations/*.json'], { cwd: root });
  return paths.toSorted().map((path) => parseExpectation(path, readFileSync(join(root, path), 'utf8')));
}

/** @throws Error naming the file, the field and what is wrong with it */
export function parseExpectation(path: string, text: string): Expectation {
  const { data, error } = expectation.safeParse(JSON.parse(text));
  if (data !== undefined) return { ...data, path };
  throw new Error(`${path} is no expectation:\n${z.prettifyError(error)}`);
}
