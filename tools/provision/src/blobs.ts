import { BlobServiceClient } from '@azure/storage-blob';
import { anchorsContainer, checkpointsContainer } from '@daybook/contracts';

/** Creates the Blob containers: the checkpoints of the hubs' consumers, and the anchors of the streams. Returns their names. */
export async function provisionBlobs(connectionString: string): Promise<readonly string[]> {
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  const names = [checkpointsContainer, anchorsContainer];
  for (const name of names) await blobs.getContainerClient(name).createIfNotExists();
  return names;
}
