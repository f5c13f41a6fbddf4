// node late-tokens.test-support.ts ENDPOINT TOKEN [stranger]: a process whose issuer goes away before its token runs out. `stranger`: something
// else fails where nobody waits for it. Prints what it lived to see.
import { CredentialUnavailableError, type TokenCredential } from '@azure/identity';
import { cosmosClient } from './cosmos/cosmos-client.ts';

const [endpoint = '', token = '', stranger] = process.argv.slice(2);
let issued = 0;
const credential: TokenCredential = {
  async getToken() {
    issued += 1;
    if (issued > 1) throw new CredentialUnavailableError('the issuer is away');
    // Soon to be renewed, which the SDK does in the background as long as it is good for more than a second.
    return { token, expiresOnTimestamp: Date.now() + 2_000 };
  },
};
const client = cosmosClient({ endpoint, credential });
const ask = (): Promise<unknown> => client.databases.readAll().fetchAll();

await ask();
await ask();
if (stranger !== undefined) void Promise.reject(new Error('nobody waits for this'));
// The SDK tries again after 3 s, and gives up because the token has run out.
setTimeout(() => {
  const refused = (error: Error): void => void process.stdout.write(`lived, and was refused: ${error.message}`);
  ask()
    .catch(refused)
    .finally(() => client.dispose());
}, 4_000);
