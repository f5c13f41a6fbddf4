import type { EventContext, Message, Receiver, Sender } from 'rhea';
import type { Access } from '../access/access.ts';
import { breakOf } from '../faults/fault.ts';
import type { NextFault } from '../faults/injector.ts';
import type { Namespace } from '../log/namespace.ts';
import { answerCbs } from './cbs.ts';
import type { ClientConnection, ClientConnections } from './client-connection.ts';
import { answerManagement } from './management.ts';
import { refusals } from './refusals.ts';
import type { Reply } from './replies.ts';
import { refusedReply, sendReply } from './replies.ts';
import { localAttach } from './rhea-access.ts';
import { breakLink } from './strike.ts';

const REQUEST_CREDIT = 100;

const nodes: ReadonlySet<string> = new Set(['$cbs', '$management']);

export interface RequestNodesDependencies {
  readonly namespace: Namespace;
  /** Undefined: tokens are not checked. */
  readonly access: Access | undefined;
  readonly clients: ClientConnections;
  readonly nextFault: NextFault;
}

/** `$cbs` and `$management`: requests come on one link and are answered on another. */
export interface RequestNodes {
  has(address: string): boolean;
  serveRequests(link: Receiver, node: string, context: EventContext): void;
  serveReplies(link: Sender, node: string, context: EventContext): void;
}

export function createRequestNodes({ namespace, access, clients, nextFault }: RequestNodesDependencies): RequestNodes {
  async function answer(node: string, request: Message, client: ClientConnection): Promise<Reply> {
    return node === '$cbs'
      ? answerCbs(request, client, namespace, access, Date.now())
      : answerManagement(request, client, namespace, access, Date.now());
  }

  /** A client asks for a new token when its link goes, and not when its requests are refused. */
  function rely(link: Receiver | Sender, node: string, client: ClientConnection): void {
    if (node !== '$management' || access === undefined) return;
    const isGranted = (): boolean => client.managementIsGranted(Date.now());
    client.rely(link, isGranted, refusals.claimsRequired("'Send' or 'Listen'", node));
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
        const busy = fault?.kind === 'server-busy';
        const answered = busy ? Promise.resolve(refusedReply(refusals.busy())) : answer(node, request, client);
        void answered
          .catch((error: unknown) => refusedReply(refusals.internal(String(error))))
          .then((reply) => {
            if (fault?.kind === 'delay') setTimeout(() => sendReply(client, request, reply), fault.ms).unref();
            else sendReply(client, request, reply);
            if (!link.is_open()) return;
            delivery?.accept();
            link.add_credit(1);
          });
      });
      link.add_credit(REQUEST_CREDIT);
      rely(link, node, client);
    },
    serveReplies(link, node, { connection }) {
      const client = clients.of(connection);
      const address = link.target?.address ?? link.name;
      // Settled at once: a client that settles for itself delays its next request (Nagle with a delayed ACK).
      localAttach(link).snd_settle_mode = 1;
      link.set_source({ address: node });
      client.replyLinks.set(address, link);
      client.hold(link, () => client.replyLinks.delete(address));
      rely(link, node, client);
    },
  };
}
