import { blobStoreBehaviour } from '@daybook/ports/behaviour';
import { type Azurite, startAzurite } from '../event-hubs/azurite.test-support.ts';
import { azureBlobStore } from './azure-blob-store.ts';

let azurite: Azurite;
let containers = 0;

beforeAll(async () => {
  azurite = await startAzurite();
}, 30_000);
afterAll(() => azurite.stop());

blobStoreBehaviour('the Blob storage SDK over Azurite', async () => {
  const container = azurite.blobs.getContainerClient(`blobs-${(containers += 1)}`);
  await container.create();
  return {
    blobs: azureBlobStore(container),
    close: async () => {
      await container.delete();
    },
  };
});

it('says that the container is not there', async () => {
  const blobs = azureBlobStore(azurite.blobs.getContainerClient('nowhere'));
  await expect(blobs.putIfAbsent('a', new Uint8Array())).rejects.toMatchObject({ code: 'not-found' });
  await expect(blobs.get('a')).rejects.toMatchObject({ code: 'not-found' });
  await expect(blobs.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'not-found' });
});
