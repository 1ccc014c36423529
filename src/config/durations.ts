const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitsMs;

/** How a duration is written: a whole number and a unit, such as `500ms`, `30s`, `15m`, `1h`, `30d`. */
export const durationShape = /^(\d{1,9})(ms|s|m|h|d)$/;

/** @returns the duration in milliseconds; undefined when the text is not a duration */
export function parseDurationMs(text: string): number | undefined {
  const match = durationShape.exec(text);
  return match === null ? undefined : Number(match[1]) * unitsMs[match[2] as Unit];
}
