import { isTokenInvalid, isTokenUnverifiable } from '@daybook/cosmos-emulator/shared';
import type { TokenVerifier } from '@daybook/cosmos-emulator/shared';
import { pathOf } from '../amqp/paths.ts';
import type { Refusal } from '../amqp/refusals.ts';
import { refusals } from '../amqp/refusals.ts';
import type { Grant } from './grant.ts';
import { covers } from './grant.ts';
import type { Place, Right, Rights } from './roles.ts';
import type { SharedAccessKey } from './sas-token.ts';
import { checkSasToken } from './sas-token.ts';

/** Who is let in, and to what. */
export interface Access {
  /** What a token lets in that is shown for an audience; `type` as `put-token` names it. */
  grantOf(type: unknown, token: string, audience: string, nowMs: number): Promise<Grant | Refusal>;
  /** Whether one of the grants, each of which is for the place, is good for the right. */
  permits(grants: readonly Grant[], right: Right, place: Place): boolean;
  /** Whether one of them lets see the properties of a hub. */
  shows(grants: readonly Grant[], hub: string): boolean;
}

export interface AccessDependencies {
  readonly accessKey: SharedAccessKey;
  readonly tokens: TokenVerifier;
  readonly rights: Rights;
}

/** For whom tokens of Microsoft Entra are that Event Hubs takes: every namespace, in every cloud. */
const AUDIENCE = 'https://eventhubs.azure.net';

/** How the service begins its answers. */
const wordsOfFaults: Readonly<Record<string, string>> = {
  signature: 'InvalidSignature: The token has an invalid signature.',
  issuer: 'InvalidIssuer: Token issuer is invalid.',
  audience: 'InvalidAudience: The authorization header contains a token with a wrong audience.',
  expired: 'ExpiredToken: The token is expired.',
};

export function createAccess({ accessKey, tokens, rights }: AccessDependencies): Access {
  async function grantOfJwt(token: string, path: string, nowMs: number): Promise<Grant | Refusal> {
    try {
      return { path, ...(await tokens.verify(token, { audiences: [AUDIENCE], nowMs })) };
    } catch (error) {
      if (isTokenUnverifiable(error)) return refusals.unavailable(error.message);
      if (!isTokenInvalid(error)) throw error;
      return refusals.authFailed(`${wordsOfFaults[error.fault] ?? 'MalformedToken:'} (${error.message})`);
    }
  }

  return {
    async grantOf(type, token, audience, nowMs) {
      const path = pathOf(audience).toLowerCase();
      if (type === 'jwt') return grantOfJwt(token, path, nowMs);
      const grant = checkSasToken(token, accessKey, nowMs);
      if (typeof grant === 'string') return refusals.authFailed(grant);
      if (covers(grant, path, nowMs)) return grant;
      return refusals.authFailed(`${wordsOfFaults['audience']} (it is not for ${audience})`);
    },
    permits: (grants, right, place) =>
      grants.some(({ principal }) => principal === undefined || rights.has(principal, right, place)),
    shows: (grants, hub) => grants.some(({ principal }) => principal === undefined || rights.sees(principal, hub)),
  };
}
