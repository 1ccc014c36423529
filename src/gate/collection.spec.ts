import fc from 'fast-check';
import { collectionOf, PageQuery, toCollection, writeCursor } from './collection.js';
import { nameField } from './fields.js';

const id = '018f2b6e-5c3a-7d41-9e8b-0123456789ab';

describe('a collection', () => {
  it('goes on where its cursor says', () => {
    const page = toCollection({ items: [1, 2], next: id }, (number) => `#${number}`);
    expect(page.data).toEqual(['#1', '#2']);
    expect(PageQuery.parse({ cursor: page.next_cursor })).toEqual({ limit: 50, cursor: id });
  });

  it('has no cursor on its last page', () => {
    const page = toCollection({ items: [], next: null }, String);
    expect(page).toEqual({ data: [], next_cursor: null });
    expect(collectionOf(nameField, 'Names').parse(page)).toEqual(page);
  });

  it('refuses every cursor that it has not written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.uuid().map(String)), (text) => {
        expect(PageQuery.safeParse({ cursor: text }).success).toBe(false);
      }),
    );
    for (const cursor of [`${writeCursor(id)}=`, writeCursor(id.toUpperCase()), writeCursor(`${id} `), '']) {
      expect(PageQuery.safeParse({ cursor }).success).toBe(false);
    }
  });

  it.each([
    ['1', 1],
    ['200', 200],
    [undefined, 50],
    ['0', null],
    ['201', null],
    ['1.5', null],
    ['many', null],
    ['', null],
    [['5', '6'], null],
  ])('reads the limit %p as %p', (limit, read) => {
    const parsed = PageQuery.safeParse({ limit });
    expect(parsed.success ? parsed.data.limit : null).toBe(read);
  });

  it('refuses a member that it does not know', () => {
    expect(PageQuery.safeParse({ offset: '5' }).success).toBe(false);
  });
});
