/**
 * Numbers and times as people read them, the same on both sides.
 *
 * @module
 */
const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export function numberText(value: number): string {
  return whole.format(value);
}

/** `"1.38B"` */
export function shortNumber(value: number): string {
  return short.format(value);
}

/** Three digits at most, in the unit that fits. */
export function timeText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 10) return `${ms.toFixed(0)} ms`;
  if (ms >= 1) return `${ms.toFixed(1)} ms`;
  return `${Math.max(1, Math.round(ms * 1000))} µs`;
}

/** `"35.7° N"` */
export function latitudeText(latitude: number): string {
  return `${Math.abs(latitude).toFixed(1)}° ${latitude < 0 ? "S" : "N"}`;
}
