import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPostmaster, stopPostmaster } from '../../src/storage/embedded/postmaster.js';

/** A temporary folder for clusters. Every account may pass through it. */
export interface ClusterFolder {
  readonly path: string;
  /** Notes a data directory to be cleared away by `remove`, wherever it is. */
  watch<T extends { readonly dataDir: string }>(started: T): T;
  /** Stops whatever still runs on the watched data directories and removes them and the folder. */
  remove(): Promise<void>;
}

/** Makes a temporary folder for the clusters of one test file. */
export async function clusterFolder(): Promise<ClusterFolder> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'gatehouse-clusters-')));
  await chmod(folder, 0o755);
  const dataDirs = new Set<string>();
  return {
    path: folder,
    watch(started) {
      dataDirs.add(started.dataDir);
      return started;
    },
    async remove() {
      for (const dataDir of dataDirs) {
        const running = await findPostmaster(dataDir);
        if (running) await stopPostmaster(running.pid, dataDir);
        await rm(path.dirname(dataDir), { recursive: true, force: true });
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
