import type { BlobStore, Signer } from '@daybook/ports';
import { GENESIS_HASH, sha256 } from '../hash.ts';
import {
  type Anchor,
  anchorName,
  anchorNames,
  type AnchoredHead,
  headsName,
  numberOf,
  parseHeads,
  type SignedAnchor,
  signedContent,
} from './anchor.ts';
import { inParallel } from './in-parallel.ts';

/**
 * What an anchor shows to be wrong. `anchor-forged`: not signed by this key, or not what was signed. `anchor-missing`: one was taken out.
 * `heads-missing`, `heads-altered`: the list of heads is not the one that was signed. `stream-missing`: all of it is gone. `stream-cut`:
 * its end is. `stream-rewritten`: another event stands where the anchored one did, however well its chain fits.
 */
export type AnchorProblem =
  | 'anchor-forged'
  | 'anchor-missing'
  | 'heads-missing'
  | 'heads-altered'
  | 'stream-missing'
  | 'stream-cut'
  | 'stream-rewritten';

export interface AnchorFinding {
  readonly problem: AnchorProblem;
  /** The stream or blob it is about. */
  readonly where: string;
  readonly message: string;
}

export interface AnchorCheck {
  /** The anchor that was checked against; absent where it cannot be trusted. */
  readonly anchor?: Anchor;
  readonly name: string;
  /** At most 1,000. */
  readonly findings: readonly AnchorFinding[];
  /** Streams that were found to be wrong beyond those in `findings`. */
  readonly unlisted: number;
}

export interface CheckAnchorOptions {
  /** Name of the events container. */
  readonly container: string;
  readonly blobs: BlobStore;
  readonly signer: Signer;
  /** The hash of a stored event; `undefined` where there is none. */
  readonly hashAt: (streamId: string, version: number) => Promise<string | undefined> | string | undefined;
  /** Streams that are looked at the same time. Default 16. */
  readonly parallel?: number;
}

const findingsMax = 1_000;

/**
 * Checks the events of a container against its newest anchor; `undefined` where there is none. It finds what a walk through the events
 * cannot: a cut-off end, a stream that is gone, a stream rewritten with hashes that fit. What was appended since is none of its business.
 */
export async function checkAnchor(options: CheckAnchorOptions): Promise<AnchorCheck | undefined> {
  const { container, blobs, signer, hashAt, parallel = 16 } = options;
  const names = await anchorNames(blobs, container);
  const name = names.at(-1);
  if (name === undefined) return undefined;
  const findings: AnchorFinding[] = [];
  let unlisted = 0;
  const find = (problem: AnchorProblem, where: string, message: string): void => {
    if (findings.length < findingsMax) findings.push({ problem, where, message });
    else unlisted += 1;
  };

  const number = numberOf(name);
  for (let each = 1; each < number; each += 1) {
    const missing = anchorName(container, each);
    if (names[each - 1] === missing) continue;
    find('anchor-missing', missing, 'there is a later anchor, and this one is gone');
    break;
  }
  const signed = await readAnchor(blobs, signer, name, container);
  if (signed === undefined) {
    find('anchor-forged', name, 'this key has not signed it, or it was changed');
    return { name, findings, unlisted };
  }
  const { anchor } = signed;
  const before = number === 1 ? undefined : await blobs.get(anchorName(container, number - 1));
  const previousHash = before === undefined ? GENESIS_HASH : sha256(Buffer.from(before).toString());
  if ((number === 1 || before !== undefined) && anchor.previousHash !== previousHash) {
    find('anchor-forged', anchorName(container, number - 1), 'it is not the one that the next anchor follows');
  }

  const heads = await readHeads(blobs, anchor);
  if (typeof heads === 'string') {
    find(heads, headsName(container, anchor.headsHash), 'the list of heads is not the one that was signed');
    return { anchor, name, findings, unlisted };
  }
  await inParallel(heads, parallel, async ({ streamId, version, hash }) => {
    const found = await hashAt(streamId, version);
    if (found === hash) return;
    const at = `at ${anchor.createdAt}`;
    if (found !== undefined) {
      find('stream-rewritten', streamId, `event ${version} is not the one that stood there ${at}`);
    } else if (version > 1 && (await hashAt(streamId, 1)) !== undefined) {
      find('stream-cut', streamId, `event ${version} is gone, which was the last ${at}`);
    } else {
      find('stream-missing', streamId, `is gone; ${at} it had ${version} events`);
    }
  });
  return { anchor, name, findings, unlisted };
}

async function readAnchor(
  blobs: BlobStore,
  signer: Signer,
  name: string,
  container: string,
): Promise<SignedAnchor | undefined> {
  const content = await blobs.get(name);
  let signed: SignedAnchor;
  try {
    signed = JSON.parse(Buffer.from(content ?? []).toString()) as SignedAnchor;
    const { keyId, algorithm, value } = signed.signature;
    if ([keyId, algorithm, value].some((text) => typeof text !== 'string')) return undefined;
    if (signed.anchor.format !== 'daybook-anchor/1') return undefined;
  } catch {
    return undefined;
  }
  // An anchor of another container, or of another number, was signed too: it must not stand in for this one.
  const { anchor, signature } = signed;
  if (anchor.container !== container || anchor.number !== numberOf(name)) return undefined;
  return (await signer.verify(signedContent(anchor), signature)) ? signed : undefined;
}

async function readHeads(
  blobs: BlobStore,
  { container, headsHash, streams }: Anchor,
): Promise<readonly AnchoredHead[] | 'heads-missing' | 'heads-altered'> {
  const content = await blobs.get(headsName(container, headsHash));
  if (content === undefined) return 'heads-missing';
  try {
    const { hash, heads } = parseHeads(content);
    return hash === headsHash && heads.length === streams ? heads : 'heads-altered';
  } catch {
    return 'heads-altered';
  }
}
