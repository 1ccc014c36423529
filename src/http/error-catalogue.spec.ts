import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorCatalogue } from './error-catalogue.js';

const src = path.resolve(import.meta.dirname, '..');

describe('the error catalogue', () => {
  const used = new Set(sources().flatMap(codesIn));
  const explained = errorCatalogue.map(({ code }) => code);

  it('explains every code that the program uses', () => {
    expect(used.size).toBeGreaterThan(25);
    expect([...used].filter((code) => !explained.includes(code))).toEqual([]);
  });

  it('explains no code that the program does not use', () => {
    expect(explained.filter((code) => !used.has(code))).toEqual([]);
  });

  it('explains each code once, in sentences', () => {
    expect(new Set(explained).size).toBe(explained.length);
    for (const { meaning, remedy } of errorCatalogue) {
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });

  /** The codes in one source text, by the ways in which problems are made. */
  function codesIn(text: string): string[] {
    const made =
      /(?:\bcode:\s*|\b(?:ambiguous|refused|conflict|forbidden)\(\s*|^\s*\d{3}: \[)'([A-Z][A-Z0-9_]*)'/gm;
    return [...text.matchAll(made)].map((match) => match[1] ?? '');
  }

  function sources(): string[] {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
    const code = files.filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('error-catalogue.ts'),
    );
    return code.map((file) => readFileSync(path.join(src, file), 'utf8'));
  }
});
