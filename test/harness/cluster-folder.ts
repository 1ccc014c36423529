import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPostmaster, stopPostmaster } from '../../src/storage/embedded/postmaster.js';

/** A temporary folder for clusters. Every account may pass through it. */
export interface ClusterFolder {
  readonly path: string;
  /** Has `remove` see to a server, also when a test failed before it could stop it, and to its data, wherever they are. */
  watch<T extends Started>(started: T): T;
  /** Stops what was watched and removes its data and the folder. */
  remove(): Promise<void>;
}

interface Started {
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** Makes a temporary folder for the clusters of one test file. */
export async function clusterFolder(): Promise<ClusterFolder> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), `gatehouse-clusters-${process.pid}-`)));
  await chmod(folder, 0o755);
  const watched: Started[] = [];
  return {
    path: folder,
    watch(started) {
      watched.push(started);
      return started;
    },
    async remove() {
      await Promise.allSettled(watched.map((started) => started.stop()));
      for (const dataDir of new Set(watched.map((started) => started.dataDir))) {
        // Orphans of processes that were killed.
        const running = await findPostmaster(dataDir);
        if (running) await stopPostmaster(running.pid, dataDir);
        await rm(path.dirname(dataDir), { recursive: true, force: true });
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
