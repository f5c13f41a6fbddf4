import { z } from 'zod';

/**
 * The envelope of everything on a hub: CloudEvents 1.0 in structured JSON, with the extensions Daybook needs (extension names are
 * lower case letters and digits by the standard).
 */
export const cloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  /** The event's id, or for a command the message id (`<intent key>/<attempt>`). */
  id: z.string().min(1).max(256),
  /** `daybook/<service>`. */
  source: z.string().min(1),
  /** Type of the event or command, `OrderSubmitted`. */
  type: z.string().min(1),
  /** Stream the event is from, or the command is for. */
  subject: z.string().min(1),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  data: z.record(z.string(), z.unknown()),
  /** W3C trace context. */
  traceparent: z.string(),
  correlationid: z.string(),
  causationid: z.string(),
  /** The command key of the event's command, or a command's intent key. */
  commandkey: z.string(),
  /** Events only: version in the stream. Consumers that keep state by stream gate on it. */
  streamversion: z.int().positive().optional(),
  /** Events only: version of the data's schema. */
  schemaversion: z.int().positive().optional(),
  actor: z.string(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;
