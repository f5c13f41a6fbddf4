/**
 * How a workflow's command is carried out on one's own machine.
 * - `run`: as it is; it only looks.
 * - `work`: as it is, when asked to (`--run`).
 * - `whole`: as it is, when asked to as well (`--run --whole`); it takes a quarter of an hour.
 * - `runner`: not at all; it makes a new machine ready.
 * - `image`: with `DRY_RUN=push` when asked to and a Docker engine is there, otherwise as `cloud`.
 * - `smoke`: against the Daybook that runs here when asked to and there is one, otherwise as `cloud`.
 * - `cloud`: with `DRY_RUN=1`: it prints what it would do.
 */
export type Treatment = 'run' | 'work' | 'whole' | 'runner' | 'image' | 'smoke' | 'cloud';

const script = (name: string): RegExp => new RegExp(`^(node )?infra/pipelines/${name}( |$)`);

/** The commands that workflows may run: each is something that anybody can run too. */
const treatments: readonly (readonly [RegExp, Treatment])[] = [
  [/^npm ci$/, 'runner'],
  [script('(adopt-nx-cache|install-checkers)\\.sh'), 'runner'],
  [script('base\\.sh'), 'run'],
  [script('affected-services\\.mjs'), 'run'],
  [/^npx nx (affected|run|sim-nightly) /, 'work'],
  [/^npm run check:infra$/, 'work'],
  [/^npm test$/, 'whole'],
  [script('push-image\\.sh'), 'image'],
  [script('smoke\\.sh'), 'smoke'],
  [script('(compile-bicep|promote-image|deploy|undo)\\.sh'), 'cloud'],
];

/** `undefined`: nobody has said how it is carried out by hand, so no workflow may run it. */
export const treatmentOf = (command: string): Treatment | undefined =>
  command.includes('\n') ? undefined : treatments.find(([pattern]) => pattern.test(command))?.[1];
