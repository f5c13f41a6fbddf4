import { Refusal } from '../protocol/refusal.ts';
import { isTokenInvalid, isTokenUnverifiable } from '../shared/tokens.ts';
import type { TokenFault, TokenVerifier } from '../shared/tokens.ts';

/** Substatus of a 401 for each thing that can be wrong with a token. */
const substatuses: Readonly<Record<TokenFault, number>> = {
  format: 5003,
  'too long': 5003,
  signature: 5004,
  'not yet valid': 5005,
  expired: 5006,
  issuer: 5007,
  audience: 5008,
  'object id': 5011,
};

/** Cosmos DB takes tokens for every account as well as for one. */
const everyAccount = 'https://cosmos.azure.com';

/** What a token is checked against. */
export interface AccountCheck {
  /** The endpoint that the request was sent to. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The object id of a token that is good for this account; else throws 401, or 503 where its issuer does not answer. */
export const principalOf = async (
  tokens: TokenVerifier,
  token: string,
  { origin, nowMs }: AccountCheck,
): Promise<string> => {
  try {
    return (await tokens.verify(token, { audiences: [origin, everyAccount], nowMs })).principal;
  } catch (error) {
    if (isTokenUnverifiable(error)) throw new Refusal(503, error.message);
    if (!isTokenInvalid(error)) throw error;
    const { fault, message } = error;
    throw new Refusal(401, `The Microsoft Entra token is not valid (${fault}): ${message}`, substatuses[fault]);
  }
};
