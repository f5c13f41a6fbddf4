import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { databaseName, deadLettersContainer, serviceNames } from '@daybook/contracts';
import { readAllHistories, type Verification, verifyHistories } from '@daybook/verify';

/** What a program needs to reach the stores of a system: `System.env`, `Settings.env`. */
export type StoreEnv = Readonly<Record<string, string>>;

/** Everything that is stored, checked against every rule. */
export async function verifyStores(env: StoreEnv): Promise<Verification> {
  return verifyHistories(await readAllHistories(cosmosOf(env)));
}

/** Messages that no service could handle, as `<service>/<document>`. */
export async function readDeadLetters(env: StoreEnv): Promise<readonly string[]> {
  const client = cosmosClient(cosmosOf(env));
  try {
    const found: string[] = [];
    for (const service of serviceNames) {
      const container = cosmosContainer(client.database(databaseName).container(deadLettersContainer(service)));
      for (const range of await container.feedRanges()) {
        const { documents } = await container.feedPage({ range, limit: 100 });
        found.push(...documents.map(({ id }) => `${service}/${id}`));
      }
    }
    return found;
  } finally {
    client.dispose();
  }
}

function cosmosOf(env: StoreEnv): { endpoint: string; key: string } {
  return { endpoint: env['COSMOS_ENDPOINT'] ?? '', key: env['COSMOS_KEY'] ?? '' };
}
