// An event in words, for rows, labels and what is read aloud.

import * as format from '../format';
import { isKey, plural, t } from '../i18n';
import type { TrafficEvent } from '../model';

/** `Accident`, `Traffic jam 620 m`. */
export function titleOf(event: TrafficEvent): string {
  const type = t(`type.${event.type}`);
  return event.measures.length_m === undefined ? type : `${type} ${format.length(event.measures.length_m)}`;
}

/** The road or the zone. */
export function whereOf(event: TrafficEvent): string {
  if (event.zone) return event.zone.name;
  return event.road?.name ?? t('road.unnamed');
}

/** What else a row says, short. */
export function moreOf(event: TrafficEvent): string {
  const { vehicles, mean_speed_mps, delay_s } = event.measures;
  const parts: string[] = [];
  switch (event.type) {
    case 'accident':
      if (event.vehicles.length > 0) parts.push(plural('row.vehicles', event.vehicles.length));
      parts.push(format.percent(event.confidence));
      break;
    case 'jam':
      if (vehicles !== undefined) parts.push(plural('row.vehicles', vehicles));
      if (mean_speed_mps !== undefined) parts.push(format.speed(mean_speed_mps));
      if (delay_s !== undefined) parts.push(`+${format.span(delay_s * 1000)}`);
      break;
    default:
      parts.push(...event.vehicles);
  }
  return parts.join(' · ');
}

/** All in one sentence, for who does not see the map. */
export function sentenceOf(event: TrafficEvent): string {
  return [titleOf(event), whereOf(event), moreOf(event)].filter(Boolean).join(', ');
}

export function causeOf(event: TrafficEvent): string | null {
  if (!event.cause) return null;
  const key = `cause.${event.cause.code}`;
  return isKey(key) ? t(key) : t('cause.other', { code: event.cause.code });
}
