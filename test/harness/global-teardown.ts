import { rm } from 'node:fs/promises';
import path from 'node:path';

/** Stops the server that the set-up started, if it did, and removes its data. */
export default async function globalTeardown(): Promise<void> {
  const started = globalThis.gatehouseTestServer;
  if (!started) return;
  await started.server.stop();
  // The data may have had to be kept elsewhere.
  for (const place of [path.dirname(started.server.dataDir), started.dir])
    await rm(place, { recursive: true, force: true });
}
