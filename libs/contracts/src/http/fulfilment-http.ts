import { z } from 'zod';
import { reason } from '../values.ts';

export const sagaStatus = z.enum(['running', 'compensating', 'completed', 'compensated', 'parked']);
export type SagaStatus = z.infer<typeof sagaStatus>;

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `2h`, `3d` in milliseconds. */
const age = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a number and s, m, h or d, for example 15m')
  .transform((text) => Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs]);

/** Query of `GET /v1/sagas`. */
export const listSagasQuery = z.strictObject({
  status: sagaStatus.optional(),
  type: z.enum(['FulfilOrder', 'ReturnOrder']).optional(),
  /** What it is at: `reserve`, on the way back `undo reserve`. */
  step: z.string().min(1).max(64).optional(),
  /** Why it is parked, or why it turned round: `timed-out`. */
  reason: z.string().min(1).max(64).optional(),
  /** Nothing has happened to it for so long. */
  olderThan: age.optional(),
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const evidence = z.string().min(1).max(1_000);
const item = z.string().min(1).max(120);
/** What is left out is filled in where there is one possibility. */
const where = {
  reason,
  step: z.string().min(1).max(64).optional(),
  phase: z.enum(['do', 'undo']).optional(),
  items: z.array(item).min(1).max(1_000).optional(),
};
const answer = z.strictObject({ reason, proposalId: z.string().min(1).max(255) });

/** Bodies of `POST /v1/sagas/{id}/<action>`. */
export const sagaActions = {
  retry: z.strictObject(where),
  skip: z.strictObject({ ...where, evidence }),
  resolve: z.strictObject({ ...where, outcome: z.enum(['succeeded', 'failed']), evidence }),
  cancel: z.strictObject({ reason }),
  'force-compensate': z.strictObject({ reason, evidence }),
  approve: answer,
  decline: answer,
} as const;
export type SagaActionName = keyof typeof sagaActions;
export const sagaActionNames = Object.keys(sagaActions) as readonly SagaActionName[];

/** Query of every action on a saga. */
export const dryRunQuery = z.strictObject({
  dryRun: z.enum(['true', 'false'], 'must be true or false').optional(),
});
