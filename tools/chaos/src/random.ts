/** Numbers in [0, 1). */
export type Random = () => number;

/** One of the choices. */
export const draw = <T>(random: Random, choices: readonly [T, ...T[]]): T =>
  choices[Math.floor(random() * choices.length)] ?? choices[0];

/** Cards that are shuffled, given out one by one, and shuffled again when all are out. @throws RangeError without cards */
export function deckOf<T>(cards: readonly T[], random: Random): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = [...cards];
    const [card] = left.splice(Math.floor(random() * left.length), 1);
    if (card === undefined) throw new RangeError('A deck needs cards');
    return card;
  };
}
