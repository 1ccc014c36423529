import { parseDurationMs } from './durations.js';

describe('a duration', () => {
  it('is a whole number and a unit', () => {
    expect(['500ms', '30s', '15m', '1h', '30d'].map(parseDurationMs)).toEqual([
      500, 30_000, 900_000, 3_600_000, 2_592_000_000,
    ]);
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      '30',
      's',
      '1.5h',
      '-1s',
      '1 h',
      ' 1h',
      '1h ',
      '1H',
      '1h30m',
      '1w',
      '٣s',
      '9999999999s',
    ]) {
      expect({ text, ms: parseDurationMs(text) }).toEqual({ text, ms: undefined });
    }
  });
});
