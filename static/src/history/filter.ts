// What of the history is asked for.

import { EVENT_TYPES, type EventType } from '../model';

export interface HistoryFilter {
  /** Epoch milliseconds. */
  from: number;
  to: number;
  /** Types; empty means all. */
  types: readonly EventType[];
  /** Ids; empty means any. */
  road: string;
  zone: string;
  vehicle: string;
}

const DAY_MS = 86_400_000;

export const QUICK = ['today', 'yesterday', 'week', 'month'] as const;
export type Quick = (typeof QUICK)[number];

/** The span of local days that a button stands for. */
export function quickSpan(quick: Quick, now: number): { from: number; to: number } {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const dayBefore = new Date(midnight);
  dayBefore.setDate(dayBefore.getDate() - 1);
  switch (quick) {
    case 'today':
      return { from: midnight.getTime(), to: now };
    case 'yesterday':
      return { from: dayBefore.getTime(), to: midnight.getTime() };
    case 'week':
      return { from: now - 7 * DAY_MS, to: now };
    case 'month':
      return { from: now - 30 * DAY_MS, to: now };
  }
}

/** The filter as the API's parameters. */
export function parameters(filter: HistoryFilter): URLSearchParams {
  const parameters = new URLSearchParams({
    from: new Date(filter.from).toISOString(),
    to: new Date(filter.to).toISOString(),
  });
  const types = EVENT_TYPES.filter((type) => filter.types.includes(type));
  if (types.length > 0) parameters.set('type', types.join(','));
  for (const name of ['road', 'zone', 'vehicle'] as const) {
    const value = filter[name].trim();
    if (value) parameters.set(name, value);
  }
  return parameters;
}

/** A moment as `<input type="datetime-local">` has it, in local time to the minute. */
export function toInput(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment in such an input; null if it is empty. */
export function fromInput(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
