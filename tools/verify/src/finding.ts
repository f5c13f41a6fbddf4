/** Something that must not be. */
export interface Finding {
  /** Name of the rule that is broken. */
  readonly rule: string;
  /** Stream or order it is about. */
  readonly where: string;
  readonly message: string;
}

/** What a check looked at, so that one that passes because there was nothing to check can be seen. */
export interface Checked {
  readonly rule: string;
  readonly count: number;
}

/** Gathers what the checks say. */
export class Report {
  readonly findings: Finding[] = [];
  readonly #checked = new Map<string, number>();

  /** Counts one thing looked at under a rule; a message means that it broke the rule. */
  check(rule: string, where: string, message: string | undefined | false): void {
    this.#checked.set(rule, (this.#checked.get(rule) ?? 0) + 1);
    if (typeof message === 'string') this.findings.push({ rule, where, message });
  }

  get checked(): readonly Checked[] {
    return [...this.#checked].map(([rule, count]) => ({ rule, count }));
  }
}
