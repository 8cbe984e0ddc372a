// How far back the statistics look.

export const SPANS = ['day', 'week', 'month', 'year'] as const;
export type SpanName = (typeof SPANS)[number];

const DAYS: Record<SpanName, number> = { day: 1, week: 7, month: 30, year: 365 };
const DAY_MS = 86_400_000;

export interface Span {
  /** Epoch milliseconds. */
  from: number;
  to: number;
}

/** The span that ends now. */
export function spanOf(name: SpanName, now: number): Span {
  return { from: now - DAYS[name] * DAY_MS, to: now };
}
