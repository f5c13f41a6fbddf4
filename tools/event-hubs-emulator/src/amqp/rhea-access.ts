import type { Connection, EventContext, LinkOptions, Receiver, Sender, Session, Source, TerminusOptions } from 'rhea';
import type { Refusal } from './refusals.ts';

/**
 * What this server needs of rhea beyond its published types, in one place: the attach it is about to answer with, the
 * credit of a link, the room in a session. Written against rhea 3.0.5.
 */
interface LinkInternals {
  readonly local: { readonly attach: LinkOptions };
}

interface SenderInternals {
  readonly credit: number;
  readonly delivery_count: number;
  readonly session: { readonly outgoing: { available(): number } };
}

interface SessionInternals {
  on_transfer(frame: { readonly performative: { message_format: number | null } }): void;
  _get_link(frame: unknown): unknown;
}

interface ConnectionInternals {
  readonly socket: unknown;
  readonly heartbeat_in: NodeJS.Timeout | undefined;
  readonly heartbeat_out: NodeJS.Timeout | undefined;
  accept(socket: unknown): void;
  abort_socket(socket: unknown): void;
}

/** Stands in for message format 0, so that rhea hands such a message over as bytes instead of decoding it. */
export const PLAIN_FORMAT = 0xfffffffe;

/** The attach that will answer the client's; it is written after the handler of the open event returns. */
export const localAttach = (link: Sender | Receiver): LinkOptions => (link as unknown as LinkInternals).local.attach;

/** How many more messages may be sent: `sentCount` messages were handed to rhea so far, of which some may still wait. */
export function sendableCount(sender: Sender, sentCount: number): number {
  const { credit, delivery_count: flushedCount, session } = sender as unknown as SenderInternals;
  return Math.min(credit - (sentCount - flushedCount), session.outgoing.available());
}

/** Makes rhea hand over the bytes of every message of this link, plain ones too. */
export function receiveBytes(receiver: Receiver): void {
  const session = receiver.session as Session & SessionInternals;
  const onTransfer = session.on_transfer.bind(session);
  session.on_transfer = (frame) => {
    const { performative } = frame;
    if (session._get_link(frame) === receiver && performative.message_format === 0) {
      performative.message_format = PLAIN_FORMAT;
    }
    onTransfer(frame);
  };
}

/** Serves a socket. */
export const acceptSocket = (connection: Connection, socket: unknown): void =>
  (connection as unknown as ConnectionInternals).accept(socket);

/** Drops a socket with the timers that belong to it. */
export const abortSocket = (connection: Connection, socket: unknown): void =>
  (connection as unknown as ConnectionInternals).abort_socket(socket);

/** Ends a connection without a word. */
export function dropSocket(connection: Connection): void {
  const internals = connection as unknown as ConnectionInternals;
  abortSocket(connection, internals.socket);
  // While rhea reads a frame it sets its timers anew when the handler returns, and they would keep the process alive.
  setImmediate(() => {
    clearTimeout(internals.heartbeat_in);
    clearTimeout(internals.heartbeat_out);
  });
}

/**
 * Refuses a link that is being attached: AMQP answers with an attach that has no terminus, then detaches with the reason.
 * There must be no credit before, or the client takes the link for open.
 */
export function refuseLink(link: Sender | Receiver, refusal: Refusal): void {
  if (link.is_sender()) link.set_source({} as Source);
  else link.set_target({} as TerminusOptions);
  closeLink(link, refusal);
}

export function closeLink(link: Sender | Receiver, refusal: Refusal): void {
  link.close({ condition: refusal.condition, description: refusal.description });
}

/** Desired capabilities as a list; AMQP allows a single one to stand alone. */
export function desiredCapabilities(link: Sender | Receiver): readonly string[] {
  const capabilities: unknown = link.desired_capabilities;
  if (Array.isArray(capabilities)) return capabilities.map(String);
  return typeof capabilities === 'string' ? [capabilities] : [];
}

/** The message format of a received delivery, which rhea adds to the context. */
export const formatOf = (context: EventContext): number | undefined => (context as { format?: number }).format;
