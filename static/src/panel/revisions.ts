// How an event was told: each revision with what it said that the one before had not.

import type { Revision } from '../api';
import * as format from '../format';
import { t } from '../i18n';
import type { TrafficEvent } from '../model';
import { h } from '../ui/dom';

export function revisionTable(revisions: readonly Revision[]): HTMLElement {
  const rows = revisions
    .map(({ event, storedAt }, index) => {
      const before = revisions[index - 1]?.event ?? null;
      return h(
        'tr',
        {},
        h('td', {}, String(event.revision)),
        h('td', { title: format.fullTime(storedAt) }, format.clock(storedAt)),
        h('td', {}, [t(`phase.${event.phase}`), ...changes(before, event)].join(' · ')),
      );
    })
    .reverse();
  return h(
    'section',
    { class: 'revisions' },
    h('h3', {}, t('detail.revisions')),
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col', 'aria-label': t('detail.revision') }, '#'),
          h('th', { scope: 'col' }, t('detail.stored')),
          h('th', { scope: 'col' }, ''),
        ),
      ),
      h('tbody', {}, ...rows),
    ),
  );
}

/** What a revision says that the one before did not. */
function changes(before: TrafficEvent | null, event: TrafficEvent): string[] {
  const said: string[] = [];
  const { measures } = event;
  if (measures.length_m !== undefined && measures.length_m !== before?.measures.length_m)
    said.push(format.length(measures.length_m));
  if (measures.mean_speed_mps !== undefined && measures.mean_speed_mps !== before?.measures.mean_speed_mps) {
    said.push(format.speed(measures.mean_speed_mps));
  }
  if (event.confidence !== before?.confidence) said.push(format.percent(event.confidence));
  return said;
}
