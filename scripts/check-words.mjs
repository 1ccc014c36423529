/**
 * Fails when a file speaks of the place where it was written instead of the project: a folder of somebody's
 * machine, a note that isn't part of the repository, the number of a ticket. A reader has none of these.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** Put together from pieces, so that this file passes its own check. */
const words = [
  ['/wo', 'rk/'],
  ['(?<![\\w/-])(\\.\\./)*sha', 'red/'],
  ['(?<![\\w/-])(\\.\\./)*pro', 'ofs/(toolchain|embedded|hotpath|proxy|oauth|faults|throttler|console)'],
  ['farm', '-studio'],
  ['\\b(DESI', 'GN|EXAMP', 'LES|STA', 'CK)\\.md\\b'],
  ['\\bissues? #?', '\\d'],
].map((pieces) => new RegExp(pieces.join('')));

const files = projectFiles(root, ignoredNames());
const found = files.flatMap(foreignWords);

if (files.length === 0) found.push('No file was found: nothing was checked.');
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
console.log(`${files.length} files speak of the project alone.`);

/** `file:line: the line` for every line of a text file that holds one of the words. */
function foreignWords(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (text.includes('\0')) return [];
  return text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => words.some((word) => word.test(line)))
    .map(({ line, number }) => `${file}:${number}: ${line.trim().slice(0, 160)}`);
}

/** Walks the tree itself, for a machine that has the sources but no git. */
function projectFiles(folder, ignored) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name) || entry.name.endsWith('.log')) return [];
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return projectFiles(full, ignored);
    return entry.isFile() ? [path.relative(root, full)] : [];
  });
}

function ignoredNames() {
  const lines = readFileSync(path.join(root, '.gitignore'), 'utf8').split('\n');
  return new Set(['.git', ...lines.map((line) => line.trim().replaceAll('/', '')).filter(Boolean)]);
}
