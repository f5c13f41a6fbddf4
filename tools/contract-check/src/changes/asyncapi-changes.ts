import type { AsyncApiDocument } from '@daybook/contracts/documents';
import { canonical } from '../json.ts';
import { type Change, type Place, within } from './change.ts';
import { flowsOf, type HubMessage } from './hub-flows.ts';
import { schemaChanges, shapeChanges, valueChanges } from './schema-changes.ts';

/** What has changed of what a service sends to hubs and takes from them. */
export function asyncApiChanges(old: AsyncApiDocument, now: AsyncApiDocument): readonly Change[] {
  const [before, after] = [flowsOf(old), flowsOf(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): readonly Change[] => {
    const place: Place = { document: 'asyncapi', path: name };
    const [was, is] = [before.get(name), after.get(name)];
    if (was === undefined) return [{ ...place, kind: 'compatible', what: 'is new' }];
    if (is === undefined) {
      return [{ ...place, kind: 'breaking', what: 'is gone', remedy: 'keep the hub: others send to it or read it' }];
    }
    if (canonical([...is.messages, is]) === canonical([...was.messages, was])) return [];
    const direction = is.action === 'send' ? 'given' : 'taken';
    return [
      ...(was.partitions === is.partitions ? [] : [partitionsChanged(place, was.partitions, is.partitions)]),
      ...schemaChanges({ old: was.envelope, now: is.envelope }, direction, within(place, 'envelope')),
      ...schemaChanges({ old: was.headers, now: is.headers }, direction, within(place, 'headers')),
      ...[...new Set([...was.messages.keys(), ...is.messages.keys()])].flatMap((type) =>
        messageChanges(was.messages.get(type), is.messages.get(type), is.action, within(place, type)),
      ),
    ];
  });
}

const partitionsChanged = (place: Place, was: unknown, is: unknown): Change => ({
  ...within(place, 'partitions'),
  kind: 'forbidden',
  what: `are ${String(is)}, were ${String(was)}`,
  remedy: 'keep them: the place of every key depends on them. A hub with others is another hub',
});

function messageChanges(
  was: HubMessage | undefined,
  is: HubMessage | undefined,
  action: 'send' | 'receive',
  place: Place,
): readonly Change[] {
  if (is === undefined) {
    const remedy = action === 'send' ? 'go on sending it: others wait for it' : 'go on taking it: others send it';
    return [{ ...place, kind: 'breaking', what: 'is gone', remedy }];
  }
  if (action === 'receive') return was === undefined ? [isNew(place)] : schemaChanges(pair(was, is), 'taken', place);
  return is.version === undefined ? commandChanges(was, is, place) : eventChanges(was, is, place);
}

const isNew = (place: Place): Change => ({ ...place, kind: 'compatible', what: 'is new' });
const pair = (was: HubMessage, is: HubMessage) => ({ old: was.data, now: is.data });

/** A participant keeps trying a command of a type that it does not know, and parks one with data that it does not. */
function commandChanges(was: HubMessage | undefined, is: HubMessage, place: Place): readonly Change[] {
  const first = 'deploy the service that takes it before the one that sends it';
  if (was === undefined) {
    const what = 'is new: the service of the last release, to which it goes, waits with it for newer code';
    return [{ ...place, kind: 'breaking', what, remedy: first }];
  }
  return schemaChanges(pair(was, is), 'given', place).map((change) =>
    change.kind === 'breaking' ? { ...change, remedy: `${first}, which parks what its schema does not have` } : change,
  );
}

/**
 * Readers pass over types of events that they do not know, wait with a version that they do not know, and parse what they know strictly.
 * What is stored has to be read for ever. So a version that was released stays as it is: a change is another version.
 */
function eventChanges(was: HubMessage | undefined, is: HubMessage, place: Place): readonly Change[] {
  if (was?.version === undefined || is.version === undefined) return [isNew(place)];
  if (is.version > was.version) {
    const what = `has version ${is.version}, had ${was.version}: a reader of the last release waits with it for newer code`;
    return [{ ...place, kind: 'breaking', what, remedy: 'deploy those who read it before the one that writes it' }];
  }
  if (is.version < was.version) {
    const what = `has version ${is.version}, had ${was.version}`;
    return [
      { ...place, kind: 'forbidden', what, remedy: `events of version ${was.version} are stored: go on from it` },
    ];
  }
  const next = is.version + 1;
  const remedy = `version ${is.version} is stored and read: put it back, and make version ${next} with an upcaster and a fixture`;
  return [
    ...shapeChanges(pair(was, is), 'given', place).map((change): Change => ({ ...change, kind: 'forbidden', remedy })),
    ...valueChanges(pair(was, is), place),
  ];
}
