/** What a signer says over some content. */
export interface Signature {
  /** Names the key and its version: `file:<fingerprint>`, `https://…/keys/<name>/<version>`. */
  readonly keyId: string;
  /** `Ed25519`, `ES256`. */
  readonly algorithm: string;
  /** base64url. */
  readonly value: string;
}

/**
 * Signs with one key whose private part never leaves its keeper (Key Vault), or its file (a laptop). Two implementations pass the same
 * suite (`signerBehaviour`): `fileSigner` of `@daybook/eventstore` and `keyVaultSigner` of `@daybook/azure`.
 */
export interface Signer {
  sign(content: Uint8Array): Promise<Signature>;
  /** True for what this key, in any of its versions, has signed; false for every other signature. Throws when it cannot be asked. */
  verify(content: Uint8Array, signature: Signature): Promise<boolean>;
}
