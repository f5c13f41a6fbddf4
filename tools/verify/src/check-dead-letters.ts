import { deadLettersContainer, type ServiceName } from '@daybook/contracts';
import { createDeadLetters } from '@daybook/messaging';
import type { Container, Runtime } from '@daybook/ports';
import type { Finding } from './finding.ts';

/** The rule that {@link checkDeadLetters} is about. */
export const deadLetterRule = 'no message is parked';

const findingsMax = 200;

export interface DeadLettersChecked {
  /** Services whose dead letters were looked at. */
  readonly count: number;
  readonly findings: readonly Finding[];
}

/**
 * Looks for messages and events that no service could handle: their orders, or what is shown of them, do not go on until they are
 * replayed or discarded.
 *
 * @throws ContainerError
 */
export async function checkDeadLetters(
  containers: Readonly<Record<ServiceName, Container>>,
  runtime: Runtime,
): Promise<DeadLettersChecked> {
  const findings: Finding[] = [];
  const services = Object.entries(containers) as [ServiceName, Container][];
  for (const [service, container] of services) {
    const deadLetters = createDeadLetters({ container, runtime });
    const where = deadLettersContainer(service);
    const { messages, continuation } = await deadLetters.listAll({ limit: findingsMax });
    for (const { consumer, key, messageId, error, attempts } of messages) {
      const message = `${consumer}: ${messageId} for ${key} after ${attempts} attempts: ${error}`;
      findings.push({ rule: deadLetterRule, where, message });
    }
    if (continuation !== undefined) findings.push({ rule: deadLetterRule, where, message: 'and more' });
  }
  return { count: services.length, findings };
}
