import { BlobServiceClient } from '@azure/storage-blob';
import { checkpointsContainer } from '@daybook/contracts';

/** Creates the Blob container that holds the hub consumers' checkpoints. */
export async function provisionBlobs(connectionString: string): Promise<void> {
  await BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient(checkpointsContainer)
    .createIfNotExists();
}
