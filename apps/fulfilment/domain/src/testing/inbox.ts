import { attemptMessageId } from '@daybook/contracts';
import type { IssuedCommand } from '@daybook/saga';
import type { Sent } from './participants.ts';

export type Answer = Pick<Sent, 'type' | 'data'>;

/** Receives commands as a participant does: the same message changes nothing, another attempt gets the first answer again. */
export function createInbox(
  answers: Map<string, Answer>,
  send: (commandKey: string, type: string, data: Sent['data']) => void,
  handle: (command: IssuedCommand) => Answer,
): (command: IssuedCommand) => void {
  const seen = new Set<string>();
  return (command) => {
    const messageId = attemptMessageId(command.intentKey, command.attempt);
    if (seen.has(messageId)) return;
    seen.add(messageId);
    const known = answers.get(command.intentKey);
    if (known !== undefined) {
      send(messageId, 'OutcomeRepeated', { eventId: 'first', ...known });
      return;
    }
    const answer = handle(command);
    answers.set(command.intentKey, answer);
    send(command.intentKey, answer.type, answer.data);
  };
}
