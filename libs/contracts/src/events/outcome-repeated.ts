import { z } from 'zod';
import type { EventType } from './event-type.ts';

const schema = z.strictObject({
  /** The event that first answered the command. */
  eventId: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/**
 * A command was attempted again after it had been answered: the answer, given once more, in case the first was lost on its way.
 * Changes no state.
 */
export const outcomeRepeated = { version: 1, schema } as const satisfies EventType;
