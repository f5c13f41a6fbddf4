interface OpenPage {
  continuation: string;
  readonly count: number;
  readonly readAtMs: number;
  readonly oldestMs: number;
  remaining: number;
}

/** Knows up to where everything is done, whatever the order in which documents are finished. */
export interface LowWater {
  /**
   * Notes a page as read. Returns the function to call once for each of its documents when that is done.
   *
   * @param oldestMs when the oldest of its documents was written
   */
  opened(continuation: string, count: number, nowMs: number, oldestMs: number): () => void;
  /** Up to here all is done; absent before the first page is. */
  readonly mark: string | undefined;
  /** Documents read past the mark. */
  readonly ahead: number;
  /** When the oldest page that is not done was read. */
  readonly oldestReadAtMs: number | undefined;
  /** When the oldest document of the pages that are not done was written. */
  readonly oldestMs: number | undefined;
}

/** @param onMoved called when finished documents have moved the mark. */
export function createLowWater(initial: string | undefined, onMoved: () => void): LowWater {
  const pages: OpenPage[] = [];
  let mark = initial;
  let ahead = 0;

  const settle = (): void => {
    let moved = false;
    for (let first = pages[0]; first?.remaining === 0; first = pages[0]) {
      pages.shift();
      ahead -= first.count;
      mark = first.continuation;
      moved = true;
    }
    if (moved) onMoved();
  };

  return {
    opened(continuation, count, nowMs, oldestMs) {
      const last = pages.at(-1);
      if (count > 0) {
        const page: OpenPage = { continuation, count, readAtMs: nowMs, oldestMs, remaining: count };
        pages.push(page);
        ahead += count;
        return () => {
          page.remaining -= 1;
          if (page.remaining === 0) settle();
        };
      }
      // Nothing was in it: as soon as what came before is done, so is this.
      if (last !== undefined) last.continuation = continuation;
      else {
        const isFirst = mark === undefined;
        mark = continuation;
        // A feed that starts at "now" has its place from here on: a crash before the first document must not lose it.
        if (isFirst) onMoved();
      }
      return () => undefined;
    },
    get mark() {
      return mark;
    },
    get ahead() {
      return ahead;
    },
    get oldestReadAtMs() {
      return pages[0]?.readAtMs;
    },
    get oldestMs() {
      return pages.length === 0 ? undefined : pages.reduce((oldest, page) => Math.min(oldest, page.oldestMs), Infinity);
    },
  };
}
