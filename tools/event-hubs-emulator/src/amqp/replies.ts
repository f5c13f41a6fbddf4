import type { Message, Typed } from 'rhea';
import rhea from 'rhea';
import type { ClientConnection } from './client-connection.ts';
import type { Refusal } from './refusals.ts';

/** The fields of an answer; numbers and times carry their AMQP type. */
export type ReplyBody = Readonly<Record<string, Typed | string | boolean>>;

/** An answer of `$cbs` or `$management`. */
export interface Reply {
  readonly status: number;
  readonly description: string;
  readonly condition?: string;
  readonly body?: ReplyBody;
}

export const refusedReply = (refusal: Refusal): Reply => ({
  status: refusal.status,
  description: refusal.description,
  condition: refusal.condition,
});

/** Answers a request on the link its `reply_to` names. Without such a link there is nobody to answer. */
export function sendReply(client: ClientConnection, request: Message, reply: Reply): void {
  const link = client.replyLinks.get(request.reply_to ?? '');
  if (link === undefined || !link.is_open()) return;
  const message: Message = {
    body: reply.body,
    application_properties: {
      'status-code': rhea.types.wrap_int(reply.status),
      'status-description': reply.description,
      ...(reply.condition === undefined ? {} : { 'error-condition': rhea.types.wrap_symbol(reply.condition) }),
    },
  };
  if (request.message_id !== undefined) message.correlation_id = request.message_id;
  link.send(message);
}
