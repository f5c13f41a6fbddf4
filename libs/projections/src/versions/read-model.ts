import type { Build } from '../build.ts';

/** One version of the code of a read model. */
export interface ReadModelVersion<B extends Build> {
  /** 1, 2, 3, …: higher when the documents of the same events become others. */
  readonly version: number;
  /** The read model under this name: it marks the documents, so that builds lie beside each other. */
  readonly open: (name: string) => B;
  /**
   * What of a document must be the same in the builds that are compared, asked of the documents of both by the higher version: a field that only
   * one of them has is left out. Default: the whole document.
   */
  readonly comparable?: (document: Readonly<Record<string, unknown>>) => unknown;
}

export interface ReadModelDefinition<B extends Build> {
  /** `[a-z][a-z0-9-]{0,39}`, unique in the service and for good. */
  readonly name: string;
  /** A version stays here until no build of it is left: its documents are kept up to date by it. */
  readonly versions: readonly ReadModelVersion<B>[];
  /** The least time between two reads of its feed; for what need not be there at once. Default: the feed's own. */
  readonly pollMinMs?: number;
}

export const newestOf = (definition: ReadModelDefinition<Build>): number =>
  Math.max(...definition.versions.map(({ version }) => version));

/** A read model as queries see it: each one is answered by the build that serves. */
export interface ServedReadModel<B extends Build> {
  readonly name: string;
  /** @throws what `ask` throws; ContainerError */
  query<R>(ask: (build: B) => Promise<R>): Promise<R>;
}

/**
 * - `unknown`: the service has no read model of that name.
 * - `version-missing`: the build that serves is of a version that the code does not have any more.
 * - `bad-definition`: a name or a version cannot be.
 * - `conflict`: others keep changing the registry.
 */
export type ReadModelErrorCode = 'unknown' | 'version-missing' | 'bad-definition' | 'conflict';

const readModelErrorName = 'ReadModelError';

export class ReadModelError extends Error {
  readonly code: ReadModelErrorCode;
  readonly readModel: string;

  constructor(code: ReadModelErrorCode, readModel: string, message: string) {
    super(`read model ${readModel}: ${message}`);
    this.name = readModelErrorName;
    this.code = code;
    this.readModel = readModel;
  }
}

export function isReadModelError(error: unknown): error is ReadModelError {
  return error instanceof Error && error.name === readModelErrorName;
}
