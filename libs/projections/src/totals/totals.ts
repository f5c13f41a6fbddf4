import type { StoredEvent } from '@daybook/eventstore';
import type { Container, Runtime } from '@daybook/ports';
import type { Build } from '../build.ts';
import type { Listed } from '../projection.ts';

/** What one stream adds to one total. */
export interface Share {
  /**
   * Totals that are written together: they share a logical partition with what the streams add to them. Small enough for one (a day, a
   * customer), and without `~`.
   */
  readonly partition: string;
  /** The total within its partition; a part of a document's id, so without / \ # ?. */
  readonly key: string;
  /** What the total is of, the same for every stream: stored beside the sums, for lists. */
  readonly fields: Readonly<Record<string, string>>;
  /** What it adds: whole numbers. A total is the sum over all streams, so a share that shrinks or goes is taken back. */
  readonly values: Readonly<Record<string, number>>;
}

/** How documents come out of many streams: sums of what each stream contributes. */
export interface TotalsDefinition<State extends object> {
  /** Marks its documents. */
  readonly name: string;
  /** Where they live: partition key `/partition`. */
  readonly container: Container;
  readonly streams: string | ((streamId: string) => boolean);
  /** Pure: the stream's own state, from which its shares follow. */
  readonly project: (state: State | undefined, event: StoredEvent) => State | undefined;
  /** Pure: what a stream in this state adds; each total at most once. */
  readonly contribute: (state: State) => readonly Share[];
  readonly readStream: (streamId: string, afterVersion: number) => Promise<readonly StoredEvent[]>;
  readonly runtime: Pick<Runtime, 'random' | 'sleep'>;
}

/** A total as lists show it: its fields and sums beside these. */
export interface TotalFields {
  /** `<partition>~<key>`: unique, and what lists are ordered by. */
  readonly total: string;
}

/** A read model of sums over many streams. A total that is zero in everything is not shown. */
export interface Totals<Total extends object = object> extends Build, Listed<Total & TotalFields> {}

/** Which documents of a totals container belong to which partition, for the lists of one. */
export function totalsPartition(name: string, partition: string): string {
  return `${name}:${partition}`;
}
