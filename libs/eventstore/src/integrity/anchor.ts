import { gunzipSync, gzipSync } from 'node:zlib';
import type { BlobStore, Runtime, Signature, Signer } from '@daybook/ports';
import { isoNow } from '@daybook/ports';
import { canonicalJson } from '../canonical-json.ts';
import { GENESIS_HASH, sha256 } from '../hash.ts';
import type { StoredEvent } from '../stored-event.ts';

/** The last event of a stream at the time of an anchor. */
export type AnchoredHead = Pick<StoredEvent, 'streamId' | 'version' | 'hash'>;

/** What is signed: all stream heads of one container at one moment, by the hash of their list. */
export interface Anchor {
  readonly format: 'daybook-anchor/1';
  /** Name of the events container. */
  readonly container: string;
  /** 1, 2, … */
  readonly number: number;
  readonly createdAt: string;
  readonly streams: number;
  /** SHA-256 of the list of heads. */
  readonly headsHash: string;
  /** SHA-256 of the anchor before it as stored; 64 zeros for the first. */
  readonly previousHash: string;
}

export interface SignedAnchor {
  readonly anchor: Anchor;
  /** Over the canonical JSON (RFC 8785) of `anchor`, in UTF-8. */
  readonly signature: Signature;
}

export interface CreateAnchorOptions {
  /** Name of the events container. */
  readonly container: string;
  /** The last event of every stream, as just verified: an anchor says "this is how it was", and makes nothing true. */
  readonly heads: Iterable<AnchoredHead>;
  readonly signer: Signer;
  /** Kept apart from the events, where those who can write events cannot: best with an immutability policy. */
  readonly blobs: BlobStore;
  readonly runtime: Runtime;
}

/** Others that write an anchor of the same container at the same time: how often the next number is tried. */
const attemptsMax = 5;

/**
 * Writes a signed anchor of all stream heads: two blobs, `<container>/heads/<hash>.jsonl.gz` and `<container>/<number>.json`. They are
 * numbered and chained, so that one that was taken out of the middle is missed.
 */
export async function createAnchor(options: CreateAnchorOptions): Promise<{ name: string; anchor: Anchor }> {
  const { container, signer, blobs, runtime } = options;
  const lines = [...options.heads]
    .sort((one, other) => (one.streamId < other.streamId ? -1 : 1))
    .map(({ streamId, version, hash }) => canonicalJson({ streamId, version, hash }));
  const list = lines.map((line) => `${line}\n`).join('');
  const headsHash = sha256(list);
  await blobs.putIfAbsent(headsName(container, headsHash), gzipSync(list));

  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const last = (await anchorNames(blobs, container)).at(-1);
    const before = last === undefined ? undefined : await blobs.get(last);
    const anchor: Anchor = {
      format: 'daybook-anchor/1',
      container,
      number: last === undefined ? 1 : numberOf(last) + 1,
      createdAt: isoNow(runtime),
      streams: lines.length,
      headsHash,
      previousHash: before === undefined ? GENESIS_HASH : sha256(Buffer.from(before).toString()),
    };
    const signed: SignedAnchor = { anchor, signature: await signer.sign(signedContent(anchor)) };
    const name = anchorName(container, anchor.number);
    const content = Buffer.from(`${canonicalJson(signed)}\n`);
    if ((await blobs.putIfAbsent(name, content)) === 'created') return { name, anchor };
    // The first answer may have been lost: then it is ours that is there.
    if (content.equals((await blobs.get(name)) ?? new Uint8Array())) return { name, anchor };
  }
  throw new Error(`${container}: others have written ${attemptsMax} anchors at the same time; try again`);
}

export function signedContent(anchor: Anchor): Uint8Array {
  return Buffer.from(canonicalJson(anchor));
}

/** @throws where the bytes are no list of heads */
export function parseHeads(content: Uint8Array): { hash: string; heads: AnchoredHead[] } {
  const list = gunzipSync(content).toString();
  const lines = list.split('\n').filter((line) => line !== '');
  return { hash: sha256(list), heads: lines.map((line) => JSON.parse(line) as AnchoredHead) };
}

export function headsName(container: string, hash: string): string {
  return `${container}/heads/${hash}.jsonl.gz`;
}

const numberDigits = 9;

export function anchorName(container: string, number: number): string {
  return `${container}/${String(number).padStart(numberDigits, '0')}.json`;
}

/** The anchors of a container, oldest first. */
export async function anchorNames(blobs: BlobStore, container: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of blobs.list(`${container}/`)) {
    if (/^\d{9}\.json$/.test(name.slice(container.length + 1))) names.push(name);
  }
  return names;
}

export function numberOf(name: string): number {
  return Number(name.slice(-(numberDigits + '.json'.length), -'.json'.length));
}
