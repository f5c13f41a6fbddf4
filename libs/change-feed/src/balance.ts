/** A range, and who will hold it once what is under way is done. */
export interface Placement {
  readonly rangeId: string;
  /** Absent: nobody. */
  readonly holder?: string;
  /** Somebody has asked for it: it is moving already. */
  readonly moving: boolean;
}

/** An equal part for every instance that is seen to hold or to ask for something, this one included. */
export function fairShare(
  placements: readonly Placement[],
  instance: string,
): { readonly least: number; readonly most: number } {
  const instances = loads(placements, instance).size;
  return { least: Math.floor(placements.length / instances), most: Math.ceil(placements.length / instances) };
}

/**
 * Which ranges to ask for: one from the instance that has most, as long as that has two more than this one. Every move makes the
 * difference smaller, so that none is ever moved back.
 */
export function rangesToAskFor(placements: readonly Placement[], instance: string): readonly string[] {
  const counts = loads(placements, instance);
  const left = placements.filter(({ holder, moving }) => holder !== undefined && holder !== instance && !moving);
  const wanted: string[] = [];
  for (;;) {
    const mine = counts.get(instance) ?? 0;
    const richest = Math.max(...left.map(({ holder }) => counts.get(holder ?? '') ?? 0));
    if (!(richest >= mine + 2)) return wanted;
    const at = left.findIndex(({ holder }) => counts.get(holder ?? '') === richest);
    const [chosen] = left.splice(at, 1);
    if (chosen?.holder === undefined) return wanted;
    wanted.push(chosen.rangeId);
    counts.set(chosen.holder, richest - 1);
    counts.set(instance, mine + 1);
  }
}

function loads(placements: readonly Placement[], instance: string): Map<string, number> {
  const counts = new Map([[instance, 0]]);
  for (const { holder } of placements) {
    if (holder !== undefined) counts.set(holder, (counts.get(holder) ?? 0) + 1);
  }
  return counts;
}
