// A plain table: first column words, the others numbers.

import { h } from '../ui/dom';

export function table(
  header: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
  caption: string,
): HTMLElement {
  const head = h('tr', {}, ...header.map((words) => h('th', { scope: 'col' }, words)));
  const body = rows.map((cells) => {
    const [first = '', ...rest] = cells;
    return h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((cell) => h('td', {}, cell)));
  });
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', { class: 'figures' }, h('thead', {}, head), h('tbody', {}, ...body)),
  );
}
