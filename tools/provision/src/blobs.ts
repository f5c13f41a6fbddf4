import { BlobServiceClient } from '@azure/storage-blob';
import { anchorsContainer, archiveContainer, checkpointsContainer } from '@daybook/contracts';

/** Creates the Blob containers: the checkpoints of the hubs' consumers, the anchors of the streams, and the archive of old events. Returns their names. */
export async function provisionBlobs(connectionString: string): Promise<readonly string[]> {
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  const names = [checkpointsContainer, anchorsContainer, archiveContainer];
  for (const name of names) await blobs.getContainerClient(name).createIfNotExists();
  return names;
}
