import { parseArgs } from 'node:util';
import { isMutationName, type MutationName, mutationNames } from './mutations/switches.ts';

export const usage = `usage: npx nx sim fulfilment -- [options]
  --seeds N           run N seeds (default 100) …
  --from S            … from seed S on (default 1; "now": from seeds that nobody has run)
  --json              print the result as one line of JSON
  --until-violation   end at the first seed that fails
  --seed S            run one seed alone
  --timeline          … and print what happened in it
  --crash-points [--every N] [--path NAME]
                      crash at every (Nth) effect of each path (of one path), right before and right after it
  --mutations         build each known mistake in, and fail where one is not found within N seeds (default 1000)
  --mutation NAME     build one mistake in: ${mutationNames.join(', ')}`;

/** What the command line asks for. */
export interface Arguments {
  readonly mode: 'seeds' | 'one-seed' | 'crash-points' | 'mutations' | 'help';
  readonly seeds: number;
  readonly from: number;
  readonly json: boolean;
  readonly timeline: boolean;
  readonly untilViolation: boolean;
  readonly every: number;
  readonly path?: string;
  readonly mutation?: MutationName;
}

/**
 * @param now gives the first seed where `--from now` asks for new ones
 * @throws Error that says what is wrong
 */
export function readArguments(args: readonly string[], now: () => number = () => 1): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      every: { type: 'string' },
      path: { type: 'string' },
      mutation: { type: 'string' },
      json: { type: 'boolean', default: false },
      timeline: { type: 'boolean', default: false },
      'until-violation': { type: 'boolean', default: false },
      'crash-points': { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { mutation, path } = values;
  if (mutation !== undefined && !isMutationName(mutation)) {
    throw new Error(`--mutation: there is no ${mutation}; there are ${mutationNames.join(', ')}`);
  }
  const oneSeed = values.seed !== undefined;
  return {
    mode: values.help
      ? 'help'
      : values.mutations
        ? 'mutations'
        : values['crash-points']
          ? 'crash-points'
          : oneSeed
            ? 'one-seed'
            : 'seeds',
    seeds: wholeNumber('--seeds', values.seeds, values.mutations ? 1_000 : 100, 1),
    from: oneSeed
      ? wholeNumber('--seed', values.seed, 1, 0)
      : values.from === 'now'
        ? now()
        : wholeNumber('--from', values.from, 1, 0),
    json: values.json,
    timeline: values.timeline,
    untilViolation: values['until-violation'],
    every: wholeNumber('--every', values.every, 1, 1),
    ...(path === undefined ? {} : { path }),
    ...(mutation === undefined ? {} : { mutation }),
  };
}

function wholeNumber(option: string, value: string | undefined, otherwise: number, min: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < min) {
    throw new Error(`${option}: give a whole number from ${min} on, not ${JSON.stringify(value)}`);
  }
  return number;
}
