// Numbers, lengths, times as people read them, in the language that is on.

import { language, plural, t } from './i18n';

/** A number with at most, and at least, so many decimals. */
export function number(value: number, most = 0, least = 0): string {
  const format = { maximumFractionDigits: most, minimumFractionDigits: least };
  return new Intl.NumberFormat(language.get(), format).format(value);
}

/** Metres to 1,000, then kilometres with one decimal. */
export function length(metres: number): string {
  if (Math.round(metres) < 1000) return `${number(metres)} m`;
  return `${number(metres / 1000, 1, 1)} km`;
}

export function speed(mps: number): string {
  return `${number(mps * 3.6)} km/h`;
}

export function percent(share: number): string {
  return new Intl.NumberFormat(language.get(), { style: 'percent' }).format(share);
}

/** A span: `45 s`, `2 min 20 s`, `1 h 05 min`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** How long ago, roughly: `2 min ago`. A time to come is now. */
export function ago(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < 5) return t('ago.now');
  if (seconds < 60) return t('ago.s', { n: seconds });
  if (seconds < 3600) return t('ago.min', { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t('ago.h', { n: Math.floor(seconds / 3600) });
  return plural('ago.d', Math.floor(seconds / 86_400));
}

/** The local time with seconds. */
export function clock(at: number): string {
  const format = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(language.get(), format).format(at);
}

/** Local date and time with seconds. */
export function fullTime(at: number): string {
  return new Intl.DateTimeFormat(language.get(), { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }).format(
    at,
  );
}

/** The local time, with the date if that is not today. */
export function time(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? clock(at) : fullTime(at);
}
