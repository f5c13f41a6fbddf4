import { z } from 'zod';

/** `?minVersion=`: the version that a command answered with; the query waits, not for long, until its read model has reached it. */
export const minVersion = z.coerce.number().int().min(1).max(1_000_000_000).optional();
