// A chart or a table with its title, the request it was made of, and its data to take away.

import { type Key, t } from '../i18n';
import { h } from '../ui/dom';
import { download } from '../ui/download';
import { type Cell, csv } from './csv';

export interface Content {
  title: Key;
  /** The path of the request under the API. */
  path: string;
  /** Name of the file that the data is saved as. */
  file: string;
  header: string[];
  rows: Cell[][];
  body: HTMLElement;
}

export function card(content: Content): HTMLElement {
  const { title, path, file, header, rows, body } = content;
  const query = h('a', { href: `/api/v1${path}`, target: '_blank', rel: 'noopener', class: 'quiet' }, t('stats.query'));
  const save = h(
    'button',
    {
      type: 'button',
      class: 'text-button',
      onclick: () => download(`${file}.csv`, 'text/csv;charset=utf-8', csv(header, rows)),
    },
    t('stats.csv'),
  );
  return h(
    'section',
    { class: `card card-${file}`, 'aria-label': t(title) },
    h('header', {}, h('h3', {}, t(title)), query, save),
    rows.length > 0 ? body : h('p', { class: 'quiet' }, t('stats.empty')),
  );
}
