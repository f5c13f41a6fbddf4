import type { MessageHandler } from '@daybook/messaging';
import type { SagaRunner } from './saga-runner.ts';

/** The runner as the handler of a consumer of hub `saga-inputs`: replies that are in hand together are appended once. */
export function sagaInputHandler(runner: SagaRunner): MessageHandler {
  return Object.assign(
    async (message: Parameters<MessageHandler>[0]): Promise<void> => {
      await runner.handleInput(message);
    },
    {
      handleTogether: async (messages: readonly Parameters<MessageHandler>[0][]): Promise<void> => {
        await runner.handleInputs(messages);
      },
    },
  );
}
