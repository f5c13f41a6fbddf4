import type { Message } from 'rhea';
import type { Namespace } from '../log/namespace.ts';
import type { ClientConnection } from './client-connection.ts';
import { findEntity, pathOf } from './paths.ts';
import { isRefusal, refusals } from './refusals.ts';
import type { Reply } from './replies.ts';
import { refusedReply } from './replies.ts';
import type { SharedAccessKey } from './sas-token.ts';
import { checkSasToken, covers } from './sas-token.ts';

/** Answers `put-token` on `$cbs`: the client shows a token for each entity before it attaches a link to it. */
export function answerCbs(
  request: Message,
  client: ClientConnection,
  namespace: Namespace,
  accessKey: SharedAccessKey | undefined,
  nowMs: number,
): Reply {
  const properties = request.application_properties ?? {};
  const audience = String(properties['name'] ?? '');
  if (properties['operation'] !== 'put-token') {
    return refusedReply(refusals.notImplemented(`Operation '${properties['operation']}' of $cbs is not supported`));
  }
  const path = pathOf(audience);
  if (accessKey !== undefined) {
    if (properties['type'] === 'jwt') {
      return refusedReply(
        refusals.unauthorized('Tokens of Microsoft Entra are not supported; use a shared access key.'),
      );
    }
    const grant = checkSasToken(String(request.body), accessKey, nowMs);
    if (typeof grant === 'string') return refusedReply(refusals.unauthorized(grant));
    if (!covers(grant, path, nowMs)) {
      return refusedReply(refusals.unauthorized(`The token is not for '${audience}'.`));
    }
    client.addGrant(grant, nowMs);
  }
  // Only the hub is looked up here: a missing group or partition is told when the link is attached.
  const hub = findEntity(namespace, path.split('/')[0] ?? '');
  return isRefusal(hub) ? refusedReply(refusals.entityNotFound(audience)) : { status: 202, description: 'Accepted' };
}
