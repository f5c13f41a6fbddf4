import { eventsContainer, serviceNames } from '@daybook/contracts';
import { type Anchor, checkAnchor, createAnchor } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import { type AllHistories, type Histories, historiesIn } from './histories.ts';
import type { Finding } from './finding.ts';
import type { Stores } from './stores.ts';

/** The rule that {@link checkAnchors} is about. */
export const anchorRule = 'streams are as they were anchored';

export interface AnchorsChecked {
  readonly anchors: readonly Anchor[];
  /** Streams that were compared with their anchors. */
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** Compares the events of each service with its newest anchor, where there is one. @throws BlobStoreError, ContainerError */
export async function checkAnchors(
  histories: AllHistories,
  { events, anchors, signer }: Pick<Stores, 'events' | 'anchors' | 'signer'>,
): Promise<AnchorsChecked> {
  const checked: Anchor[] = [];
  const findings: Finding[] = [];
  for (const service of serviceNames) {
    const container = eventsContainer[service];
    const result = await checkAnchor({
      container,
      blobs: anchors,
      signer,
      hashAt: async (streamId, version) => {
        const known = historiesIn(histories, service)
          .get(streamId)
          ?.find((event) => event.version === version);
        // The anchor may be younger than what was read of a running system.
        return (known ?? (await events[service].read(streamId, String(version))).document)?.hash;
      },
    });
    if (result === undefined) continue;
    if (result.anchor !== undefined) checked.push(result.anchor);
    for (const { problem, where, message } of result.findings) {
      findings.push({ rule: anchorRule, where: `${container}: ${where}`, message: `${problem}: ${message}` });
    }
    if (result.unlisted > 0) {
      findings.push({ rule: anchorRule, where: container, message: `and ${result.unlisted} more` });
    }
  }
  return { anchors: checked, count: checked.reduce((sum, { streams }) => sum + streams, 0), findings };
}

/** Writes an anchor of each service's stream heads, as they were just verified. Returns the names of the blobs. */
export async function writeAnchors(
  histories: AllHistories,
  { anchors, signer }: Pick<Stores, 'anchors' | 'signer'>,
  runtime: Runtime,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const service of serviceNames) {
    const container = eventsContainer[service];
    const heads = headsOf(historiesIn(histories, service));
    names.push((await createAnchor({ container, heads, signer, blobs: anchors, runtime })).name);
  }
  return names;
}

function* headsOf(histories: Histories) {
  for (const events of histories.values()) {
    const head = events.at(-1);
    if (head !== undefined) yield head;
  }
}
