import { documents } from '../contracts/documents.js';
import { surfaces } from '../contracts/world.js';
import { expectGolden, markdownTable, readGolden, withPart } from './golden.js';

const page = '../../docs/surfaces.md';

describe('the page about surfaces', () => {
  it('recommends the configuration that is tested', () => {
    expect(readGolden(page)).toContain(surfaces);
  });

  it('lists everything that the documents describe, and whether it works', () => {
    const rows = documents.map(({ document, title, method, host, path, convention, replay }) => [
      document,
      title,
      `\`${method} ${host ?? ''}${path}\``,
      typeof replay === 'string' ? `comes with ${replay}` : 'works',
      convention ?? '',
    ]);
    const head = ['document', 'there', 'request', 'state', 'put in where the document says nothing'];
    expect(rows.length).toBeGreaterThan(40);
    expectGolden(page, withPart(readGolden(page), 'documented', markdownTable([head, ...rows])));
  });
});
