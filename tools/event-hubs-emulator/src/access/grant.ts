/** What a token that was shown lets in: to a path and everything below it, until it expires. */
export interface Grant {
  readonly path: string;
  readonly expiresMs: number;
  /** Whom it is about; absent where the shared access key has signed it, which may do everything. */
  readonly principal?: string;
}

/** Whether a grant is for a path, or for one above it. */
export function covers(grant: Grant, path: string, nowMs: number): boolean {
  if (grant.expiresMs <= nowMs) return false;
  const wanted = path.toLowerCase();
  return grant.path === '' || wanted === grant.path || wanted.startsWith(`${grant.path}/`);
}
