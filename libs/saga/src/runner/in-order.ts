/** Runs a decision when its turn has come; throws where one before it could not be made. */
export type Turn = <T>(decide: () => T) => T;

/**
 * Turns for inputs that are handed over together, in their order, each saga's on their own: an input is not decided as long as one before it
 * cannot be. A decision may be made several times, on newer states; the last one counts.
 */
export function inOrder(): (sagaId: string) => Turn {
  const failing = new Map<string, Set<number>>();
  const taken = new Map<string, number>();
  return (sagaId) => {
    const turn = taken.get(sagaId) ?? 0;
    taken.set(sagaId, turn + 1);
    const failed = failing.get(sagaId) ?? new Set<number>();
    failing.set(sagaId, failed);
    return (decide) => {
      if ([...failed].some((other) => other < turn)) {
        throw new Error(`${sagaId}: an input before this one could not be decided`);
      }
      try {
        const decided = decide();
        failed.delete(turn);
        return decided;
      } catch (error) {
        failed.add(turn);
        throw error;
      }
    };
  };
}
