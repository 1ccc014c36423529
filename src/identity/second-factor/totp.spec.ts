import { matchingSteps, newTotpSecret, otpauthUrl, totpCode } from './totp.js';

/** RFC 6238, appendix B: its seed in base32, and for moments in seconds the last six of the eight digits printed there. */
const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const vectors: readonly (readonly [seconds: number, code: string])[] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
];

describe('a code of an authenticator', () => {
  it.each(vectors)('is at %d seconds what RFC 6238 says', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(totpCode(seed, step)).toBe(code);
    expect(matchingSteps(seed, code, step)).toEqual([step]);
  });

  it('is good one step early and one step late, and no further', () => {
    const code = totpCode(seed, 1000);
    expect([998, 999, 1000, 1001, 1002].map((step) => matchingSteps(seed, code, step))).toEqual([
      [],
      [1000],
      [1000],
      [1000],
      [],
    ]);
  });

  it('is six digits of ASCII and nothing else', () => {
    const code = totpCode(seed, 1000);
    const others = [
      `${code} `,
      ` ${code}`,
      code.slice(1),
      `${code}0`,
      `${code}\n`,
      '',
      'abcdef',
      '٠١٢٣٤٥',
      '1e5000',
    ];
    for (const other of others) expect(matchingSteps(seed, other, 1000)).toEqual([]);
  });
});

describe('a secret', () => {
  it('has 160 bits, and no two are alike', () => {
    const secrets = Array.from({ length: 100 }, newTotpSecret);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(new Set(secrets).size).toBe(100);
  });

  it('is told to an authenticator with the account and whom the codes are for', () => {
    const url = new URL(otpauthUrl('Gatehouse (id.example)', 'a+b@example.test', seed));
    expect(url.protocol).toBe('otpauth:');
    expect(url.host).toBe('totp');
    expect(decodeURIComponent(url.pathname)).toBe('/Gatehouse (id.example):a+b@example.test');
    expect(url.searchParams.get('secret')).toBe(seed);
    expect(url.searchParams.get('issuer')).toBe('Gatehouse (id.example)');
  });
});
