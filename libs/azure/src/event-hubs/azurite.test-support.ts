import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';

// The public key of every Azurite.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  readonly blobs: BlobServiceClient;
  stop(): Promise<void>;
}

/** A blob service of its own, in a process that ends with `stop`. */
export async function startAzurite(): Promise<Azurite> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-azurite-'));
  const port = await freePort();
  const main = createRequire(join(process.cwd(), 'package.json')).resolve('azurite/dist/src/blob/main.js');
  const options = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder];
  const flags = ['--silent', '--disableTelemetry', '--skipApiVersionCheck'];
  const child = spawn(process.execPath, [main, ...options, ...flags], { stdio: 'ignore' });
  const blobs = BlobServiceClient.fromConnectionString(
    `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/${account};`,
  );
  await answering(blobs);
  return {
    blobs,
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The SDK's own retries wait until the process answers. */
async function answering(blobs: BlobServiceClient): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await blobs.getContainerClient('ready').createIfNotExists();
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
