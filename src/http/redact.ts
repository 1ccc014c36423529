const shown = '[redacted]';
const maxDepth = 6;

/**
 * A copy of what is to be logged, without secrets: members whose name says that they hold one, and whatever looks like
 * one inside texts. The last line of defence (G9); the first is not to log them.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[deep]';
  if (value instanceof Error) return errorFacts(value, depth);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return redacted((value as { toJSON(): unknown }).toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, part]) => [name, isSecretName(name) ? shown : redacted(part, depth + 1)]),
  );
}

/** A text without bearer tokens, JWTs, API keys and passwords in URLs. */
export function redactedText(text: string): string {
  return secretShapes.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), text);
}

const secretShapes: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[^\s,"']+/gi, `$1 ${shown}`],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/g, shown],
  [/\b(?:[a-z][a-z0-9]*_)+[0-9A-Za-z]{24,}\b/g, shown],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#]*@/gi, `$1:${shown}@`],
];

const secretNames =
  /authorization|cookie|password|passphrase|secret|token|apikey|masterkey|legacykey|globalkey|privatekey|privatejwk|credential|totp|backupcode/;
/** What says something about a secret without being one. */
const harmlessNames = /(id|ids|prefix|prefixes|type|count|ttl|ttlseconds|kind|enabled|url|expiresat|at)$/;

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return secretNames.test(plain) && !harmlessNames.test(plain);
}

function errorFacts(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message: redactedText(message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(stack === undefined ? {} : { stack: redactedText(stack) }),
    ...(cause === undefined ? {} : { cause: redacted(cause, depth + 1) }),
  };
}
