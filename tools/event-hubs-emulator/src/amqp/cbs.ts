import type { Message } from 'rhea';
import type { Access } from '../access/access.ts';
import type { Namespace } from '../log/namespace.ts';
import type { ClientConnection } from './client-connection.ts';
import { findEntity, pathOf } from './paths.ts';
import { isRefusal, refusals } from './refusals.ts';
import type { Reply } from './replies.ts';
import { refusedReply } from './replies.ts';

/** Answers `put-token` on `$cbs`: the client shows a token for each entity before it attaches a link to it, and again to renew it. */
export async function answerCbs(
  request: Message,
  client: ClientConnection,
  namespace: Namespace,
  access: Access | undefined,
  nowMs: number,
): Promise<Reply> {
  const { operation, type, name } = request.application_properties ?? {};
  const audience = String(name ?? '');
  if (operation !== 'put-token') {
    return refusedReply(refusals.notImplemented(`Operation '${operation}' of $cbs is not supported`));
  }
  if (access !== undefined) {
    const grant = await access.grantOf(type, String(request.body), audience, nowMs);
    if (isRefusal(grant)) return refusedReply(grant);
    client.addGrant(grant, nowMs);
  }
  // Only the hub is looked up here: a missing group or partition, and a missing right, are told when the link is attached.
  const hub = findEntity(namespace, pathOf(audience).split('/')[0] ?? '');
  return isRefusal(hub) ? refusedReply(refusals.entityNotFound(audience)) : { status: 202, description: 'Accepted' };
}
