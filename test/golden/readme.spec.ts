import { printConfigTable } from '../../src/commands/config.command.js';
import { expectGolden, readGolden, withPart } from './golden.js';

const page = '../../README.md';

describe('the README', () => {
  it('shows the variables that there are', () => {
    let table = '';
    printConfigTable((text) => {
      table += text;
    });
    expectGolden(page, withPart(readGolden(page), 'variables', table));
  });
});
