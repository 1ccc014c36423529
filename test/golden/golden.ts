import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Compares what the program says of itself with the file that was reviewed. With `UPDATE_GOLDENS=1` it writes the file.
 * @param file its path, from this folder
 */
export function expectGolden(file: string, text: string): void {
  const place = path.join(import.meta.dirname, file);
  if (process.env.UPDATE_GOLDENS === '1') writeFileSync(place, text);
  if (!existsSync(place))
    throw new Error(`${place} is missing: UPDATE_GOLDENS=1 npx jest test/golden writes it`);
  expect(text).toBe(readFileSync(place, 'utf8'));
}

/** The reviewed text of a file, for tests that compare something else with it. */
export function readGolden(file: string): string {
  return readFileSync(path.join(import.meta.dirname, file), 'utf8');
}

/** A document with the part between its markers `<!-- <name>: begin … -->` and `<!-- <name>: end -->` replaced. */
export function withPart(document: string, name: string, part: string): string {
  const between = new RegExp(`(<!-- ${name}: begin[^>]*-->\\n)[^]*(<!-- ${name}: end -->)`);
  if (!between.test(document)) throw new Error(`the document has no markers for ${name}`);
  return document.replace(between, (_, begin: string, end: string) => begin + part + end);
}

/** A table as Markdown, its columns as wide as they must be. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n`;
  return line(head) + rule + body.map(line).join('');
}
