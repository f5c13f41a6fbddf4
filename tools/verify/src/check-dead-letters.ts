import { deadLettersContainer, type ServiceName } from '@daybook/contracts';
import { createDeadLetters } from '@daybook/messaging';
import type { Container, Runtime } from '@daybook/ports';
import type { Finding } from './finding.ts';

/** The rule that {@link checkDeadLetters} is about. */
export const deadLetterRule = 'no message is parked';

/** What each service consumes: the names that its dead letters are kept under. */
const consumers = {
  order: 'order-commands',
  inventory: 'inventory-commands',
  payment: 'payment-commands',
  fulfilment: 'saga-inputs',
} as const satisfies Record<ServiceName, string>;

const findingsMax = 200;

export interface DeadLettersChecked {
  /** Consumers that were looked at. */
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** Looks for messages that no service could handle: their orders do not go on until they are replayed or discarded. @throws ContainerError */
export async function checkDeadLetters(
  containers: Readonly<Record<ServiceName, Container>>,
  runtime: Runtime,
): Promise<DeadLettersChecked> {
  const findings: Finding[] = [];
  const services = Object.entries(consumers) as [ServiceName, string][];
  for (const [service, consumer] of services) {
    const deadLetters = createDeadLetters({ container: containers[service], runtime });
    const where = deadLettersContainer(service);
    const { messages, continuation } = await deadLetters.list(consumer, { limit: findingsMax });
    for (const { key, messageId, error, attempts } of messages) {
      const message = `${messageId} for ${key} after ${attempts} attempts: ${error}`;
      findings.push({ rule: deadLetterRule, where, message });
    }
    if (continuation !== undefined) findings.push({ rule: deadLetterRule, where, message: 'and more' });
  }
  return { count: services.length, findings };
}
