// Events by the hour of the week: a table whose cells are tinted, so that it can be read as well as looked at.

import { language, t } from '../i18n';
import { h } from '../ui/dom';

/** Steps of tint; 0 is none. */
const STEPS = 5;

export function weekMap(hours: readonly (readonly number[])[]): HTMLElement {
  const most = Math.max(0, ...hours.flat());
  const head = h('tr', {}, h('th', {}, h('span', { class: 'unseen' }, t('stats.weekday'))));
  for (let hour = 0; hour < 24; hour += 1) {
    head.append(h('th', { scope: 'col', class: hour % 3 === 0 ? '' : 'minor' }, String(hour)));
  }
  const rows = hours.map((day, at) => {
    const row = h('tr', {}, h('th', { scope: 'row' }, weekday(at)));
    for (const count of day) {
      row.append(h('td', { 'data-tint': tint(count, most) }, count > 0 ? String(count) : ''));
    }
    return row;
  });
  const table = h('table', { class: 'week' }, h('thead', {}, head), h('tbody', {}, ...rows));
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('stats.byWeek') }, table);
}

/** How strongly a cell is tinted: in steps of equal share of the greatest count, anything above none visible. */
export function tint(count: number, most: number): number {
  return count <= 0 || most <= 0 ? 0 : Math.max(1, Math.ceil((count / most) * STEPS));
}

/** The name of a day of the week, Monday being 0. */
export function weekday(at: number): string {
  // The fifth of January 1970 was a Monday.
  const format = new Intl.DateTimeFormat(language.get(), { weekday: 'short', timeZone: 'UTC' });
  return format.format(Date.UTC(1970, 0, 5 + at));
}
