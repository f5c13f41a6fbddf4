import type { ContainerDefinition } from '@daybook/contracts';

/** By what was tried: whether it was let. */
export type Tried = Readonly<Record<string, boolean>>;

/** What an identity could do. */
export interface Attempted {
  readonly containers: Readonly<Record<string, Tried>>;
  readonly hubs: Readonly<Record<string, Tried>>;
  readonly makesContainers: boolean;
  /** The emulator of Blob storage takes its token; it checks no roles. */
  readonly blobStorage: boolean;
}

/** A document that fits into a container. */
export function plantedDocument(
  { partitionKey }: ContainerDefinition,
  id: string,
): Readonly<Record<string, string>> & { readonly id: string } {
  const field = partitionKey.slice(1);
  return { ...(field === 'id' ? {} : { [field]: 'planted' }), id, dedup: id };
}

/** How the services say that an identity may not: 403 of Cosmos DB, `UnauthorizedError` of the Event Hubs SDK. */
export function isRefused(error: unknown): boolean {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  return code === 403 || code === 'UnauthorizedError' || (errors !== undefined && errors.every(isRefused));
}
