// What is known of an event, as names and values.

import * as format from '../format';
import { t } from '../i18n';
import { isEpisode, type TrafficEvent } from '../model';
import { h } from '../ui/dom';
import { causeOf } from './words';

/** A list of names and values; what does not apply is left out. */
export function factsOf(event: TrafficEvent, now: number): HTMLElement {
  const { measures } = event;
  const list = h('dl', { class: 'facts' });
  const add = (name: string, value: string | Node | null | undefined): void => {
    if (value !== null && value !== undefined && value !== '') list.append(h('dt', {}, name), h('dd', {}, value));
  };
  const measured = (value: number | undefined, words: (value: number) => string): string | null =>
    value === undefined ? null : words(value);

  if (event.road) add(t('detail.road'), event.road.name ?? t('road.unnamed'));
  add(t('detail.zone'), event.zone?.name);
  add(t(isEpisode(event.type) ? 'detail.since' : 'detail.at'), format.time(event.occurredAt, now));
  if (event.endedAt !== null) {
    add(t('detail.until'), format.time(event.endedAt, now));
    add(t('detail.lasted'), format.span(event.endedAt - event.occurredAt));
  }
  add(t('detail.length'), measured(measures.length_m, format.length));
  add(t('detail.meanSpeed'), measured(measures.mean_speed_mps, format.speed));
  add(t('detail.speed'), measured(measures.speed_mps, format.speed));
  add(
    t('detail.delay'),
    measured(measures.delay_s, (seconds) => format.span(seconds * 1000)),
  );
  if (event.type === 'jam')
    add(
      t('detail.queue'),
      measured(measures.vehicles, (n) => format.number(n)),
    );
  add(t('detail.involved'), event.vehicles.join(', '));
  add(t('detail.cause'), causeOf(event));
  if (isEpisode(event.type)) add(t('detail.confidence'), confidenceBar(event.confidence));
  add(t('detail.position'), `${event.position.lat.toFixed(5)}, ${event.position.lon.toFixed(5)}`);
  return list;
}

function confidenceBar(confidence: number): HTMLElement {
  const bar = h('meter', { min: 0, max: 1, value: confidence, 'aria-label': t('detail.confidence') });
  return h('span', { class: 'confidence' }, bar, format.percent(confidence));
}
