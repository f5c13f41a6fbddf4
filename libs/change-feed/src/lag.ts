import type { Document, FeedPage, Runtime, Stored } from '@daybook/ports';

/** How far a range is behind. */
export interface Lag {
  /** Notes a page that was read. */
  read(page: FeedPage): void;
  /** The last page found documents: there may be more. */
  readonly lagging: boolean;
  /**
   * Milliseconds by which what is done is behind what was written.
   *
   * @param oldestMs when the oldest document was written that was read and is not done
   */
  behindMs(oldestMs: number | undefined): number;
  /** Transactions in the partition that had not been read when the last page was, those of its other ranges included. */
  readonly unread: number;
}

export interface LagOptions<T extends Document> {
  readonly runtime: Runtime;
  readonly timeOf: (document: Stored<T>) => number;
  /** A feed that has not been read for longer than this is behind by as much: nobody knows what is in it. */
  readonly silentMsMax: number;
}

/**
 * The lag of a range is the age of the oldest document known that is not done. Where the last page was not the last of the feed, it is at
 * least the age of that page; and where reading has stopped, the time since: a feed that nobody reads is never up to date.
 */
export function createLag<T extends Document>({ runtime, timeOf, silentMsMax }: LagOptions<T>): Lag {
  let readAtMs = runtime.now();
  let unreadFromMs: number | undefined;
  let unread = 0;
  return {
    read(page) {
      readAtMs = runtime.now();
      const last = page.documents.at(-1) as Stored<T> | undefined;
      if (!page.hasMore) {
        unreadFromMs = undefined;
        unread = 0;
      } else if (last !== undefined) {
        // An empty page that is not the last says nothing: it holds what belongs to other parts of the partition.
        unreadFromMs = timeOf(last);
        unread = last._lsn === undefined ? 0 : Math.max(0, (page.newestLsn ?? last._lsn) - last._lsn);
      }
    },
    get lagging() {
      return unreadFromMs !== undefined;
    },
    behindMs(oldestMs) {
      const nowMs = runtime.now();
      const silentMs = nowMs - readAtMs;
      // Of a page that says that there is more, nobody knows whether there is; after the next read somebody does.
      const unreadMs = unreadFromMs !== undefined && unread > 0 ? nowMs - unreadFromMs : 0;
      return Math.max(
        0,
        oldestMs === undefined ? 0 : nowMs - oldestMs,
        unreadMs,
        silentMs > silentMsMax ? silentMs : 0,
      );
    },
    get unread() {
      return unread;
    },
  };
}

/** Without a better clock: documents are stamped in whole seconds, so at the end of theirs, and never later than they were read. */
export function writtenAtMs(document: Stored, nowMs: number): number {
  return Math.min(nowMs, document._ts * 1_000 + 999);
}
