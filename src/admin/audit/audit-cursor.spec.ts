import fc from 'fast-check';
import { isPlaceText, placeText, readPlace } from './audit-cursor.js';

describe('a place in the trail', () => {
  it('survives being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_999_999_999_999_999n }), fc.uuid({ version: 7 }), (at, id) => {
        const text = placeText({ at: at.toString(), id });
        expect(isPlaceText(text)).toBe(true);
        expect(readPlace(text)).toEqual({ at: at.toString(), id });
      }),
    );
  });

  it.each([
    '',
    '.',
    '5',
    '5.',
    '.018f2b6e-5c3a-7d41-9e8b-0123456789ab',
    '-5.018f2b6e-5c3a-7d41-9e8b-0123456789ab',
    '12345678901234567.018f2b6e-5c3a-7d41-9e8b-0123456789ab',
    '5.018f2b6e-5c3a-7d41-9e8b-0123456789ab.6',
  ])('is not %p', (text) => expect(isPlaceText(text)).toBe(false));

  it('is nothing that somebody made up', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(isPlaceText(text)).toBe(false)));
  });
});
