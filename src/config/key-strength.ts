/** What a configured key must be, before anybody is let in with it. */
export interface KeyRule {
  /** In bytes of UTF-8. */
  readonly minLength: number;
  /** Least estimate of its randomness, in bits. */
  readonly minBits: number;
  /** The key travels in a header: no spaces, no control characters, and no comma, which joins headers. */
  readonly inHeader: boolean;
}

/**
 * Whether a key is strong enough. Anybody can type 32 characters; what counts is what is left when known words, runs
 * (`aaaa`), sequences (`1234`, `dcba`) and repetitions of earlier parts are taken out. The rest is measured with
 * Shannon's formula over its own characters: length × entropy of a character. It is an upper bound, so a key that
 * fails is weak for certain; one that passes may still be a poor choice, which no program can see.
 * @returns the rule it breaks, undefined when it breaks none; never the key or a part of it
 */
export function keyFault(key: string, rule: KeyRule): string | undefined {
  if (Buffer.byteLength(key) < rule.minLength) {
    return `must be at least ${rule.minLength} ${rule.inHeader ? 'characters' : 'bytes'} long`;
  }
  if (rule.inHeader && !/^[\x21-\x2b\x2d-\x7e]+$/.test(key)) {
    return 'must consist of visible ASCII characters without spaces and commas';
  }
  if (estimateBits(key) >= rule.minBits) return undefined;
  return (
    `is too easy to guess: without known words, repetitions and sequences it must still hold ${rule.minBits} bits of ` +
    'randomness by its own statistics; make one with `openssl rand -base64 32`'
  );
}

/** Words that people put into keys. Only such as hardly occur in random text. */
const words =
  /passw(or)?d|secret|change-?_?me|master|break-?_?glass|gatehouse|default|example|admin|production|development|qwert[yz]|asdf|zxcv|letmein|welcome|replace|super|token/gi;
/** Shorter parts repeat in random text too. */
const repeatLength = 4;

/** An upper bound for the randomness in a text, in bits. */
function estimateBits(text: string): number {
  const rest = withoutRepetitions(withoutSequences(text.replace(words, '')));
  const counts = new Map<string, number>();
  for (const character of rest) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits += count * Math.log2(rest.length / count);
  return bits;
}

/** Drops each character that goes on as the two before it did: `abcdef` → `ab`, `7777` → `77`. */
function withoutSequences(text: string): string {
  const step = (at: number): number => text.charCodeAt(at) - text.charCodeAt(at - 1);
  return [...text.split('').keys()]
    .filter((at) => at < 2 || step(at) !== step(at - 1) || Math.abs(step(at)) > 1)
    .map((at) => text.charAt(at))
    .join('');
}

/** Drops every part that stood in the text before: a key written twice is half as long. */
function withoutRepetitions(text: string): string {
  let kept = '';
  let at = 0;
  while (at < text.length) {
    const part = text.slice(at, at + repeatLength);
    const seen = part.length === repeatLength && text.slice(0, at).includes(part);
    if (!seen) kept += text.charAt(at);
    at += seen ? repeatLength : 1;
  }
  return kept;
}
