/** Something that a check found. */
export interface InfraProblem {
  /** The file, from the repository's root, and the line where it is known: `apps/order/Dockerfile:3`. */
  readonly where: string;
  readonly what: string;
}

/** What a check looked at, and what it found. */
export interface CheckResult {
  /** What was checked, for people: `12 overlays, 96 objects`. */
  readonly looked: string;
  readonly problems: readonly InfraProblem[];
  /** Set where the check could not be done here: what is missing, and what to do about it. */
  readonly skipped?: string;
}
