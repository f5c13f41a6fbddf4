/** One thing a service depends on to do its work. */
export interface HealthCheck {
  readonly name: string;
  /** Asked at each request of `/health/ready`; must answer at once, from what is known. */
  readonly check: () => { readonly healthy: boolean; readonly detail?: unknown };
}

export interface HealthReport {
  readonly ready: boolean;
  /** It is stopping: it still answers, but is to be sent nothing any more. */
  readonly leaving?: true;
  readonly checks: Readonly<Record<string, { readonly healthy: boolean; readonly detail?: unknown }>>;
}

export interface Health {
  add(check: HealthCheck): void;
  report(): HealthReport;
  /** From now on it is not ready, whatever its checks say. */
  leave(): void;
  readonly leaving: boolean;
}

/** Ready when every check says so; not ready before the first one is there. */
export function createHealth(): Health {
  const checks: HealthCheck[] = [];
  let leaving = false;
  return {
    get leaving() {
      return leaving;
    },
    leave: () => {
      leaving = true;
    },
    add: (check) => {
      checks.push(check);
    },
    report: () => {
      const results = checks.map(({ name, check }) => [name, check()] as const);
      return {
        ready: !leaving && results.length > 0 && results.every(([, result]) => result.healthy),
        ...(leaving ? { leaving } : {}),
        checks: Object.fromEntries(results),
      };
    },
  };
}
