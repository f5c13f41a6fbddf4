/** What `GET /v1/read-models` shows, as far as it is printed. */
export interface ModelShown {
  readonly name: string;
  readonly versions: readonly number[];
  readonly builds: readonly BuildShown[];
  readonly busy?: string;
  readonly history: readonly {
    readonly at: string;
    readonly actor: string;
    readonly action: string;
    readonly build: number;
  }[];
}

export interface BuildShown {
  readonly build: number;
  readonly version: number;
  readonly serving: boolean;
  readonly retiring?: boolean;
  readonly inCode: boolean;
  readonly progress: {
    readonly done: number;
    readonly caughtUp: boolean;
    readonly upTo?: string;
    readonly remainingMs?: number;
  };
  readonly parity?: ParityShown;
}

export interface ParityShown {
  readonly checkedAt: string;
  readonly clean: boolean;
  readonly counts: { readonly serving: number; readonly candidate: number };
  readonly checksums: { readonly serving: string; readonly candidate: string };
  readonly differences: Readonly<Record<'missing' | 'surplus' | 'different' | 'behind', number>>;
  readonly samples: readonly {
    readonly key: string;
    readonly kind: string;
    readonly fields?: readonly string[];
    readonly serving?: string;
    readonly candidate?: string;
  }[];
}

export function describeModel(
  service: string,
  { name, versions, builds, busy, history }: ModelShown,
): readonly string[] {
  const [latest] = history;
  const last = latest === undefined ? '' : `; ${latest.action} by ${latest.actor} at ${latest.at}`;
  const doing = busy === undefined ? '' : `; ${busy} under way`;
  return [
    `${service} ${name}  version${versions.length > 1 ? 's' : ''} ${versions.join(', ')} in the code${last}${doing}`,
    ...builds.map((build) => `  ${describeBuild(build)}`),
  ];
}

export function describeBuild({ build, version, serving, retiring, inCode, progress, parity }: BuildShown): string {
  const state = serving ? 'serves' : retiring === true ? 'is being deleted' : 'beside';
  const { done, caughtUp, upTo, remainingMs } = progress;
  const left = remainingMs === undefined ? '' : `, about ${Math.ceil(remainingMs / 1_000)} s left`;
  const far = caughtUp
    ? 'caught up'
    : `${Math.floor(done * 100)} %${upTo === undefined ? '' : `, up to ${upTo}`}${left}`;
  const compared =
    parity === undefined || serving ? '' : `, ${parity.clean ? 'parity clean' : 'DIFFERS'} at ${parity.checkedAt}`;
  return `build ${build} (version ${version}${inCode ? '' : ', NOT IN THE CODE'}) ${state}: ${far}${compared}`;
}

export function describeParity({ clean, counts, checksums, differences, samples }: ParityShown): readonly string[] {
  const kinds = Object.entries(differences).filter(([, count]) => count > 0);
  return [
    `documents: ${counts.serving} serving, ${counts.candidate} beside; checksums ${checksums.serving} and ${checksums.candidate}`,
    clean ? 'nothing differs' : `DIFFERENT: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
    ...samples.flatMap(({ key, kind, fields = [], serving, candidate }) => [
      `  ${key}: ${kind}${fields.length === 0 ? '' : ` in ${fields.join(', ')}`}`,
      ...(serving === undefined ? [] : [`    serving ${serving}`]),
      ...(candidate === undefined ? [] : [`    beside  ${candidate}`]),
    ]),
  ];
}
