import type { EventContext, Message, Receiver, Sender } from 'rhea';
import { breakOf } from '../faults/fault.ts';
import type { NextFault } from '../faults/injector.ts';
import type { Namespace } from '../log/namespace.ts';
import { answerCbs } from './cbs.ts';
import type { ClientConnections } from './client-connection.ts';
import { answerManagement } from './management.ts';
import { refusals } from './refusals.ts';
import type { Reply } from './replies.ts';
import { refusedReply, sendReply } from './replies.ts';
import { localAttach } from './rhea-access.ts';
import type { SharedAccessKey } from './sas-token.ts';
import { breakLink } from './strike.ts';

const REQUEST_CREDIT = 100;

const nodes: ReadonlySet<string> = new Set(['$cbs', '$management']);

export interface RequestNodesDependencies {
  readonly namespace: Namespace;
  /** Undefined: tokens are not checked. */
  readonly accessKey: SharedAccessKey | undefined;
  readonly clients: ClientConnections;
  readonly nextFault: NextFault;
}

/** `$cbs` and `$management`: requests come on one link and are answered on another. */
export interface RequestNodes {
  has(address: string): boolean;
  serveRequests(link: Receiver, node: string, context: EventContext): void;
  serveReplies(link: Sender, node: string, context: EventContext): void;
}

export function createRequestNodes({
  namespace,
  accessKey,
  clients,
  nextFault,
}: RequestNodesDependencies): RequestNodes {
  function answer(node: string, request: Message, { connection }: EventContext): Reply {
    const client = clients.of(connection);
    return node === '$cbs'
      ? answerCbs(request, client, namespace, accessKey, Date.now())
      : answerManagement(request, client, namespace, accessKey !== undefined, Date.now());
  }

  return {
    has: (address) => nodes.has(address),
    serveRequests(link, node, context) {
      const client = clients.of(context.connection);
      link.set_target({ address: node });
      link.on('message', ({ message, delivery }: EventContext) => {
        const request = message as Message;
        const fault = nextFault({ operation: 'request' });
        if (breakOf(fault) !== undefined) return breakLink(link, client, 'socket-drop');
        const reply = fault?.kind === 'server-busy' ? refusedReply(refusals.busy()) : answer(node, request, context);
        if (fault?.kind === 'delay') setTimeout(() => sendReply(client, request, reply), fault.ms).unref();
        else sendReply(client, request, reply);
        delivery?.accept();
        link.add_credit(1);
      });
      link.add_credit(REQUEST_CREDIT);
    },
    serveReplies(link, node, { connection }) {
      const client = clients.of(connection);
      const address = link.target?.address ?? link.name;
      // Settled at once: a client that settles for itself delays its next request (Nagle with a delayed ACK).
      localAttach(link).snd_settle_mode = 1;
      link.set_source({ address: node });
      client.replyLinks.set(address, link);
      client.hold(link, () => client.replyLinks.delete(address));
    },
  };
}
