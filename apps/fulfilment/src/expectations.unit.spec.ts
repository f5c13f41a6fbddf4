import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleOf, samplesLackingOne } from '@daybook/contracts/testing';
import { fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { envelopeBehaviour, type MessageExpectation } from '@daybook/messaging/behaviour';
import { type Answer, createSagaRegistry, type SagaDefinition } from '@daybook/saga';
import { fulfilmentService } from './test-support/fulfilment-service.ts';

type Schema = Readonly<Record<string, unknown>>;
interface Expected {
  readonly producer: string;
  readonly type: string;
  readonly version?: number;
  readonly data?: Schema;
}

const folder = join(import.meta.dirname, '../expectations');
const files = readdirSync(folder).map(
  (name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as MessageExpectation] as const,
);
const expected: readonly Expected[] = files.flatMap(([name, { messages }]) =>
  Object.entries(messages['saga-inputs'] ?? {}).map(([type, what]) => {
    return { producer: name.replace('.json', ''), type, ...(what as Omit<Expected, 'type' | 'producer'>) };
  }),
);

const definitions = fulfilmentDefinitions();
const registry = createSagaRegistry(definitions);
const actionsOf = ({ stages, closing }: SagaDefinition) =>
  [...stages.flat(), ...(closing === undefined ? [] : [closing])].flatMap((step) =>
    step.kind === 'pivot' ? [] : [step.action, ...(step.compensation === undefined ? [] : [step.compensation])],
  );
const signalsOf = ({ start, cancelledBy, stages }: SagaDefinition): readonly string[] => [
  ...[start.event, ...cancelledBy],
  ...stages.flat().flatMap((step) => (step.kind === 'pivot' ? [step.awaits] : [])),
];

/** All that the sagas read of an event, in whatever state they are. @returns how often they looked */
function read(answer: Answer): number {
  const concerned = registry.concernedBy({ commandKey: 'http:1', answer }).length;
  const started = definitions.filter(({ start }) => start.event === answer.type);
  for (const { start } of started) start.contextOf(answer);
  const waiting = definitions.flatMap(actionsOf).filter(({ answerTypes }) => answerTypes.includes(answer.type));
  for (const action of waiting) action.replyTo(answer);
  return concerned + started.length + waiting.length;
}
const answer = ({ type, version = 1 }: Expected, data: unknown): Answer => ({
  ...{ type, schemaVersion: version },
  data: data as Answer['data'],
});

describe('what fulfilment expects of order, inventory and payment', () => {
  it('is of every event that the sagas know, and of no other', () => {
    const known = definitions.flatMap((definition) => [
      ...signalsOf(definition),
      ...actionsOf(definition).flatMap(({ answerTypes }) => answerTypes),
    ]);
    expect(new Set(expected.map(({ type }) => type))).toEqual(new Set([...known, 'OutcomeRepeated']));
  });

  describe.each(files)('%s', (_, expectation) => envelopeBehaviour(expectation));

  const answers = expected.filter(({ type }) => type !== 'OutcomeRepeated');
  const reading = (one: Expected) => one.data ?? { type: 'object' };

  it.each(answers)('$type is understood when it has what is expected', (one) => {
    expect(read(answer(one, sampleOf(reading(one))))).toBeGreaterThan(0);
  });

  it.each(answers.flatMap((one) => samplesLackingOne(reading(one)).map((each) => ({ ...each, one, type: one.type }))))(
    '$type is not without $lacking',
    ({ one, sample }) => {
      expect(() => read(answer(one, sample))).toThrow(expect.objectContaining({ code: 'bad-saga-input' }));
    },
  );

  it.each(answers)('$type is known up to the version that is named, or read alike in any', (one) => {
    const newer = (): number => read(answer({ ...one, version: (one.version ?? 1) + 1 }, sampleOf(reading(one))));
    if (one.version === undefined) expect(newer()).toBeGreaterThan(0);
    else expect(newer).toThrow(expect.objectContaining({ code: 'unknown-schema-version' }));
  });

  describe.each(files)('an outcome that is repeated, by %s', (_, { messages }) => {
    const schema = messages['saga-inputs']?.['OutcomeRepeated']?.data ?? {};
    const repeated = { ...(sampleOf(schema) as Schema), type: 'PaymentAuthorized' };
    const order = sampleOf(expected.find(({ type }) => type === 'OrderSubmitted')?.data ?? {}) as Schema;

    /** What becomes of the authorization of an order without stock. */
    async function authorization(data: Schema): Promise<string | undefined> {
      const service = fulfilmentService();
      await service.tell('e1', 'OrderSubmitted', 'http:1', order, 2);
      await service.tell('e2', 'OutcomeRepeated', 'FulfilOrder:x/authorize/-/do/0', data);
      const { state } = await service.sagas.load('saga-FulfilOrder:x');
      return state.status === 'none' ? undefined : state.steps.get('authorize/do')?.items.get('-')?.status;
    }

    it('counts as the outcome when it has what is expected', async () => {
      expect(await authorization(repeated)).toBe('succeeded');
    });

    it.each(samplesLackingOne(schema))('counts as nothing without $lacking', async ({ lacking }) => {
      const rest = Object.fromEntries(Object.entries(repeated).filter(([name]) => name !== lacking));
      expect(await authorization(rest)).toBe('waiting');
    });
  });
});
