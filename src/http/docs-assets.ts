import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { startScript, stylesheet } from './docs-pages.js';

export interface Asset {
  readonly type: string;
  readonly content: string | Buffer;
}

/** The files of the API viewer that are served, and no others: a name is looked up here, never on the disk. */
const viewerFiles: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
]);

const loaded = new Map<string, Promise<Asset>>();

/** A file of the API viewer; undefined for any other name. Each is read once. */
export async function docsAsset(name: string): Promise<Asset | undefined> {
  if (name === 'start.js') return { type: 'text/javascript; charset=utf-8', content: startScript };
  if (name === 'pages.css') return { type: 'text/css; charset=utf-8', content: stylesheet };
  const type = viewerFiles.get(name);
  if (type === undefined) return undefined;
  const asset = loaded.get(name) ?? readAsset(name, type);
  loaded.set(name, asset);
  return asset;
}

async function readAsset(name: string, type: string): Promise<Asset> {
  return { type, content: await readFile(path.join(viewerFolder(), name)) };
}

/** The viewer comes with the OpenAPI library, so it is looked for where that library would look. */
function viewerFolder(): string {
  const library = createRequire(import.meta.url).resolve('@nestjs/swagger');
  return path.dirname(createRequire(library).resolve('swagger-ui-dist/package.json'));
}
