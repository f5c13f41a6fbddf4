/** Somebody who waits for a time. */
export interface Sleeper {
  readonly wakeAtMs: number;
  /** Of two with the same time, the lower is woken first. */
  readonly order: number;
  readonly wake: () => void;
}

/** Those asleep, the next to wake first: a binary heap, so that thousands of them cost no more than a few. */
export class Sleepers {
  readonly #heap: Sleeper[] = [];
  readonly #gone = new Set<Sleeper>();

  /** How many are asleep. */
  get size(): number {
    return this.#heap.length - this.#gone.size;
  }

  /** The next to wake; it stays. */
  first(): Sleeper | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!this.#gone.delete(first)) return first;
      this.#removeFirst();
    }
    return undefined;
  }

  add(sleeper: Sleeper): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(sleeper);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(sleeper, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = sleeper;
  }

  /** One that is in; it leaves the heap when its turn comes. */
  remove(sleeper: Sleeper): void {
    if (this.#heap[0] === sleeper) this.#removeFirst();
    else this.#gone.add(sleeper);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(one: Sleeper, other: Sleeper): boolean {
  return one.wakeAtMs < other.wakeAtMs || (one.wakeAtMs === other.wakeAtMs && one.order < other.order);
}
