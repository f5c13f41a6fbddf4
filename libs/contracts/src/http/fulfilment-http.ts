import { z } from 'zod';

export const sagaStatus = z.enum(['running', 'compensating', 'completed', 'compensated', 'parked']);
export type SagaStatus = z.infer<typeof sagaStatus>;

/** Query of `GET /v1/sagas`. */
export const listSagasQuery = z.strictObject({
  status: sagaStatus.optional(),
  type: z.enum(['FulfilOrder', 'ReturnOrder']).optional(),
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
