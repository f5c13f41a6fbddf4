import type { z } from 'zod';
import { Problem } from './problem.ts';

/** Checks a body or query; the problem names every bad field. @throws Problem 400 `invalid-request` */
export function validate<S extends z.ZodType>(schema: S, input: unknown, what = 'body'): z.infer<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    field: issue.path.length === 0 ? what : issue.path.join('.'),
    message: issue.message,
  }));
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new Problem(400, 'invalid-request', `${first?.field}: ${first?.message}${more}`, { members: { errors } });
}
