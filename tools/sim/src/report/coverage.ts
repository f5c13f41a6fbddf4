/** What runs must have met, so that they cannot pass because nothing happened. */
export interface Covered {
  readonly name: string;
  /** Counters of the tally that are added up. */
  readonly counters: readonly string[];
  /** So often in a thousand runs, at least. A quarter of what is usual, so that chance alone does not fail a run. */
  readonly perThousand: number;
}

const covered = (name: string, perThousand: number, ...counters: readonly string[]): Covered => ({
  name,
  counters: counters.length === 0 ? [name] : counters,
  perThousand,
});

export const coverage: readonly Covered[] = [
  covered('orders completed', 100, 'FulfilOrder completed'),
  covered('returns completed', 60, 'ReturnOrder completed'),
  covered('orders compensated', 200, 'FulfilOrder compensated'),
  covered('compensated: out of stock', 80, 'turned round at reserve: refused'),
  covered('compensated: cancelled while reserving', 40, 'turned round at reserve: cancelled'),
  covered('compensated: declined', 25, 'turned round at authorize: refused'),
  covered('compensated: unknown outcome', 40, 'turned round at authorize: unknown'),
  covered('compensated: cancelled while authorizing', 20, 'turned round at authorize: cancelled'),
  covered(
    'compensated: cancelled while confirming',
    4,
    'turned round at confirm: cancelled',
    'turned round at confirm: refused',
  ),
  covered('compensated: cancelled before shipping', 10, 'turned round at ship: cancelled'),
  covered('cancelled before the pivot', 80, 'cancel cancelled before the pivot: accepted'),
  covered('cancelled after the pivot, refused', 15, 'cancel cancelled after the pivot: refused'),
  covered('cancel and ship at once', 10, 'cancel won the race: refused', 'cancel won the race: accepted'),
  covered('timed out, sent again', 100, 'commands sent again'),
  covered('timers fired', 100),
  covered('outcomes repeated', 100),
  covered('duplicates', 300, 'fault duplicate'),
  covered('reordered across keys', 200, 'fault reorder'),
  covered('delayed', 3_000, 'fault delay'),
  covered('conflicts', 500, 'append conflicts'),
  covered('failed before', 500, 'fault before'),
  covered('throttled', 500, 'fault throttled'),
  covered('lost answers', 150, 'fault answer lost'),
  covered('lost requests', 80, 'fault request lost'),
  covered('lost sends', 30, 'fault send answer lost'),
  covered('lost checkpoints', 100, 'fault checkpoint lost'),
  covered('crashes', 150, 'fault crash'),
  covered('restarts', 30, 'fault restart'),
  covered('zombies', 40, 'fault zombie'),
  covered('zombies fenced', 10),
  covered('clock steps', 20, 'fault clock step'),
  covered('provider failed', 5, 'fault provider failed'),
  covered('provider answers lost', 5, 'fault provider answer lost'),
  covered('provider silent', 3, 'fault provider silent'),
  covered('poison parked', 30, 'fault poison'),
  covered('parked messages replayed', 40),
  covered('garbage discarded', 10),
  covered('tombstones left', 10, 'tombstones of stock'),
  covered('tombstones met', 4),
  covered('inputs ignored: saga over', 30, 'ignored: saga-finished'),
  covered('inputs ignored: not awaited', 100, 'ignored: not-awaited'),
  covered('inputs ignored: timer not current', 8, 'ignored: timer-not-current'),
  covered('inputs ignored: compensating already', 8, 'ignored: already-compensating'),
  covered('fan-outs in waves', 3),
  covered('parked sagas resumed by an answer', 5, 'resumed: answered'),
  covered('parked sagas retried', 1),
  covered('sagas cancelled by an operator', 5, 'operator cancels: appended'),
  covered('poison events parked', 20, 'fault poison event'),
  covered('published right after the append', 30, 'publishing hybrid'),
  covered('published by an outbox', 30, 'publishing outbox'),
];

/** Too few runs tell nothing about what is rare: less than this, where four times as much is usual, is no minimum. */
const expectedMin = 2;

export interface Coverage {
  /** How often each was met. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was met too seldom: `<name>: <count> of <minimum>`. */
  readonly missed: readonly string[];
}

/** Minimums are scaled to the number of runs. */
export function coverageOf(tally: (counter: string) => number, runs: number): Coverage {
  const counts: Record<string, number> = {};
  const missed: string[] = [];
  for (const { name, counters, perThousand } of coverage) {
    const count = counters.reduce((sum, counter) => sum + tally(counter), 0);
    const wanted = (perThousand * runs) / 1_000;
    const minimum = wanted >= 3 ? Math.floor(wanted) : wanted >= expectedMin ? 1 : 0;
    counts[name] = count;
    if (count < minimum) missed.push(`${name}: ${count} of ${minimum}`);
  }
  return { counts, missed };
}
