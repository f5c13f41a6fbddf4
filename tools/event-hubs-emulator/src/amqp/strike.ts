import type { Receiver, Sender } from 'rhea';
import type { BreakKind } from '../faults/fault.ts';
import type { ClientConnection } from './client-connection.ts';
import { refusals } from './refusals.ts';
import { closeLink, dropSocket } from './rhea-access.ts';

/** Takes a link from its client: alone, with its connection, or without a word. Nothing more is taken from it or sent on it. */
export function breakLink(link: Sender | Receiver, client: ClientConnection, how: BreakKind): void {
  const { connection } = link;
  if (how === 'detach') {
    client.releaseLink(link);
    if (link.is_open()) closeLink(link, refusals.detachForced());
    return;
  }
  client.releaseAll();
  if (how === 'socket-drop') dropSocket(connection);
  else if (connection.is_open()) {
    connection.close({ condition: 'amqp:connection:forced', description: 'Injected fault: the connection is closed.' });
  }
}
