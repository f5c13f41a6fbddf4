import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { SubjectKey } from './subject-key.ts';
import { PersonalDataCorrupt } from './errors.ts';

/** A personal value as it is stored, hashed and published: AES-256-GCM under its subject's key. All texts are base64url. */
export interface SealedValue {
  readonly enc: 1;
  /** Names the subject's key. */
  readonly kid: string;
  readonly iv: string;
  readonly tag: string;
  readonly ct: string;
}

/** What readers get in place of a value whose subject was erased. */
export interface ErasedValue {
  readonly erased: true;
}

/** What readers get that have not asked for personal data: the value is there, and is not theirs to see. */
export interface WithheldValue {
  readonly withheld: true;
}

/** A personal value as code may meet it. */
export type PersonalValue<T> = T | SealedValue | ErasedValue | WithheldValue;

export const erasedValue: ErasedValue = Object.freeze({ erased: true });
export const withheldValue: WithheldValue = Object.freeze({ withheld: true });

/** Where a value stands. It is part of what is authenticated: a ciphertext cannot be moved to another field, type or stream. */
export interface Place {
  readonly streamId: string;
  readonly eventType: string;
  readonly path: string;
}

export function isSealed(value: unknown): value is SealedValue {
  if (!isRecord(value) || value['enc'] !== 1) return false;
  return ['kid', 'iv', 'tag', 'ct'].every((field) => typeof value[field] === 'string');
}

export function isErased(value: unknown): value is ErasedValue {
  return isRecord(value) && value['erased'] === true && Object.keys(value).length === 1;
}

export function isWithheld(value: unknown): value is WithheldValue {
  return isRecord(value) && value['withheld'] === true && Object.keys(value).length === 1;
}

const ivBytes = 12;
const tagBytes = 16;

export function sealValue(
  value: unknown,
  { kid, key }: SubjectKey,
  place: Place,
  randomBytes: (count: number) => Uint8Array,
): SealedValue {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(contextOf(place));
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return { enc: 1, kid, iv: text(iv), tag: text(cipher.getAuthTag()), ct: text(ciphertext) };
}

/** @throws PersonalDataCorrupt where it was changed, or sealed for another place or with another key */
export function openValue(sealed: SealedValue, key: Uint8Array, place: Place): unknown {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(sealed.iv), { authTagLength: tagBytes });
    decipher.setAAD(contextOf(place)).setAuthTag(bytes(sealed.tag));
    const plain = Buffer.concat([decipher.update(bytes(sealed.ct)), decipher.final()]);
    return JSON.parse(plain.toString('utf8')) as unknown;
  } catch (cause) {
    throw new PersonalDataCorrupt(place, cause);
  }
}

// As JSON, so that no two places have the same text whatever their parts contain.
function contextOf({ streamId, eventType, path }: Place): Buffer {
  return Buffer.from(JSON.stringify([1, streamId, eventType, path]), 'utf8');
}

const text = (value: Uint8Array): string => Buffer.from(value).toString('base64url');
const bytes = (value: string): Buffer => Buffer.from(value, 'base64url');

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
