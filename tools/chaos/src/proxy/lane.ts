import type { Socket } from 'node:net';

/** What befalls the bytes of one direction of a connection. */
export type LaneFault = { readonly kind: 'delay'; readonly ms: number } | { readonly kind: 'hold' };

/** One direction of a connection: passes bytes on in their order, late or not at all while a fault lasts. */
export interface Lane {
  /** Begins a fault, or ends it: what was held back passes then. */
  suffer(fault: LaneFault | undefined): void;
  close(): void;
}

/** So much is held back before the sender has to wait. */
const heldBytesMax = 1024 * 1024;

/** Passes what comes from one socket to the other. `struck` is told of every piece that a fault meets. */
export function openLane(from: Socket, to: Socket, struck: () => void): Lane {
  const held: { readonly piece: Buffer; readonly dueMs: number }[] = [];
  let heldBytes = 0;
  let fault: LaneFault | undefined;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const pass = (piece: Buffer): void => {
    if (!to.writable || to.write(piece)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (fault?.kind === 'hold') return;
    for (let next = held[0]; next !== undefined; next = held[0]) {
      const waitMs = next.dueMs - performance.now();
      if (fault !== undefined && waitMs > 0) {
        timer = setTimeout(flush, waitMs);
        return;
      }
      held.shift();
      heldBytes -= next.piece.length;
      pass(next.piece);
    }
    from.resume();
    if (ended) to.end();
  };

  from.on('data', (piece: Buffer) => {
    if (fault === undefined && held.length === 0) return pass(piece);
    if (fault !== undefined) struck();
    held.push({ piece, dueMs: performance.now() + (fault?.kind === 'delay' ? fault.ms : 0) });
    heldBytes += piece.length;
    if (heldBytes > heldBytesMax) from.pause();
    if (timer === undefined) flush();
  });
  from.on('end', () => {
    ended = true;
    if (held.length === 0 && fault?.kind !== 'hold') to.end();
  });
  return {
    suffer(next) {
      fault = next;
      flush();
    },
    close() {
      clearTimeout(timer);
      held.length = 0;
    },
  };
}
