import { hubs, hubSenders, type ServiceName } from '@daybook/contracts/documents';
import { flowsOf } from '../changes/hub-flows.ts';
import type { Finding } from '../finding.ts';
import type { Released } from '../release/released.ts';
import { escapes } from '../schema/escapes.ts';
import { inWords } from './in-words.ts';
import type { Expectation } from './expectation.ts';
import { unmetHttp } from './unmet-http.ts';

type Contracts = ReadonlyMap<ServiceName, Released>;

/** What consumers expect and their producers do not promise. */
export function unmetExpectations(expectations: readonly Expectation[], contracts: Contracts): readonly Finding[] {
  const unmet = expectations.flatMap((expectation) => {
    const contract = contracts.get(expectation.producer);
    const found =
      contract === undefined
        ? [`${expectation.producer} has no contract`]
        : [...unmetMessages(expectation, contract), ...unmetHttp(expectation, contract)];
    return found.map((what): Finding => ({ where: expectation.path, what: `${what}. ${remedy(expectation)}` }));
  });
  return [...unmet, ...unspoken(expectations)];
}

const remedy = ({ consumer, producer }: Expectation): string =>
  `Put it back in ${producer}, or change ${consumer} so that it does not need it, and then this file`;

function unmetMessages({ messages = {}, envelope, producer }: Expectation, { asyncapi }: Released): readonly string[] {
  const flows = flowsOf(asyncapi);
  return Object.entries(messages).flatMap(([hub, types]): readonly string[] => {
    const flow = flows.get(`send ${hub}`);
    if (flow === undefined) return [`${producer} sends nothing to ${hub}`];
    const ofEnvelope = envelope === undefined ? [] : inWords(escapes(flow.envelope, envelope), `${hub} envelope`);
    const ofTypes = Object.entries(types).flatMap(([type, expected]): readonly string[] => {
      const sent = flow.messages.get(type);
      if (sent === undefined) return [`${producer} sends no ${type} to ${hub}`];
      const { version, data } = expected;
      if (version !== undefined && sent.version !== undefined && sent.version > version) {
        return [`${producer} sends version ${sent.version} of ${type} to ${hub}, version ${version} is known`];
      }
      return data === undefined ? [] : inWords(escapes(sent.data, data), `${hub} ${type}`);
    });
    return [...ofEnvelope, ...ofTypes];
  });
}

/** Whoever reads a hub says what they rely on of everybody who sends to it. */
function unspoken(expectations: readonly Expectation[]): readonly Finding[] {
  return hubs.flatMap(({ name, consumerGroups }) =>
    consumerGroups.flatMap((consumer) =>
      hubSenders[name]
        .filter((producer) => !expectations.some((each) => speaksOf(each, consumer, producer, name)))
        .map((producer): Finding => {
          const where = `apps/${consumer}/expectations/${producer}.json`;
          return { where, what: `does not say what ${consumer} relies on of what ${producer} sends to ${name}` };
        }),
    ),
  );
}

const speaksOf = (each: Expectation, consumer: string, producer: ServiceName, hub: string): boolean =>
  each.consumer === consumer && each.producer === producer && each.messages?.[hub] !== undefined;
