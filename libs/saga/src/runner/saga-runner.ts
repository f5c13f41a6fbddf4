import type { CloudEvent } from '@daybook/contracts';

/**
 * How a message or timer ended. All of them mean that it is done with; anything else is thrown and should be tried again.
 * - `recorded`: the saga's stream has grown by it (an `InputIgnored` included).
 * - `duplicate`: it had been recorded before. - `unchanged`: it tells the saga nothing that is worth an event.
 * - `no-saga`: there is no such saga, and it starts none.
 */
export type InputOutcome = 'recorded' | 'duplicate' | 'unchanged' | 'no-saga';

export interface SagaRunner {
  /**
   * Gives one message of hub `saga-inputs` to the saga that it concerns: an answer by the intent key in `commandkey`, everything else
   * by type and business key. Idempotent by the message's id.
   *
   * @throws SagaInputError for a message that no attempt will make good; errors of the event store as they are.
   */
  handleInput(message: CloudEvent): Promise<InputOutcome>;
  /** Tells a saga that a timer is due. Idempotent by the timer's id, however many workers do it. */
  fireTimer(sagaId: string, timerId: string): Promise<InputOutcome>;
}
