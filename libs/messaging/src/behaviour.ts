import { type CloudEvent } from '@daybook/contracts';
import { sampleOf, samplesLackingOne } from '@daybook/contracts/testing';
import { parseCloudEvent } from './cloud-event.ts';
import { isCommandUnusable } from './command-unusable.ts';
import type { MessageHandler } from './message-handler.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The file `expectations/<producer>.json` of a consumer, as far as it is about one hub. */
export interface MessageExpectation {
  readonly envelope: Schema;
  readonly messages: Readonly<Record<string, Readonly<Record<string, { readonly data?: Schema }>>>>;
}

/** Call it in a spec: a consumer reads of the envelope what its expectation names, no more and no less. */
export function envelopeBehaviour({ envelope }: Pick<MessageExpectation, 'envelope'>): void {
  describe('the envelope that is expected', () => {
    it('is enough', () => {
      expect(parseCloudEvent(sampleOf(envelope))).toEqual(sampleOf(envelope));
    });

    it.each(samplesLackingOne(envelope))('is none without $lacking', ({ sample }) => {
      expect(parseCloudEvent(sample)).toBeUndefined();
    });
  });
}

/**
 * Call it in a spec: a participant takes the commands that its service's expectation names, with what it names of them, and no command with
 * less. An expectation that names too little or too much fails.
 *
 * @param participant a new one, over a store that is empty
 * @param streamOf the stream that a command with such data is for
 */
export function participantBehaviour(
  expectation: MessageExpectation,
  hub: string,
  commands: Readonly<Record<string, unknown>>,
  participant: () => MessageHandler,
  streamOf: (data: Readonly<Record<string, unknown>>) => string,
): void {
  const expected = expectation.messages[hub] ?? {};
  const intent = 'FulfilOrder:o1/reserve/85123A/do/0';
  const message = (type: string, data: unknown): CloudEvent =>
    ({
      ...(sampleOf(expectation.envelope) as object),
      ...{ id: `${intent}/1`, commandkey: intent, type, data },
      subject: streamOf(data as Readonly<Record<string, unknown>>),
    }) as CloudEvent;

  envelopeBehaviour(expectation);

  it(`every command on ${hub} is expected`, () => {
    expect(Object.keys(expected)).toEqual(Object.keys(commands));
  });

  describe.each(Object.entries(expected))('%s', (type, { data = {} }) => {
    it('is carried out when it has what is expected', async () => {
      await expect(participant()(message(type, sampleOf(data)))).resolves.toBeUndefined();
    });

    it.each(samplesLackingOne(data))('is unusable without $lacking', async ({ sample }) => {
      const error: unknown = await participant()(message(type, sample)).catch((reason: unknown) => reason);
      expect(isCommandUnusable(error)).toBe(true);
    });
  });
}
