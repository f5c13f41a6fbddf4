import type { OpsCommand } from './command.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { feedsCommand } from './feeds.ts';
import { outboxCommand } from './outbox.ts';
import { readModelsCommand } from './read-models.ts';
import { sagasCommand } from './sagas.ts';
import { trailCommand } from './trail.ts';

/** Every group of commands, in the order of the help: a new one is a file of its own and a line here. */
export const commands: readonly OpsCommand[] = [
  deadLettersCommand,
  feedsCommand,
  outboxCommand,
  readModelsCommand,
  sagasCommand,
  trailCommand,
];
