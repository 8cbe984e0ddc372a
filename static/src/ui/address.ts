// The address bar holds the view, the map's position, the filter and the opened event: every state is a link.

import type { LonLat } from '../model';
import { EVENT_TYPES, type EventType } from '../model';
import { SPANS, type SpanName } from '../statistics/span';
import { type View, viewOf } from './views';

export interface AddressState {
  view: View;
  position: { zoom: number; centre: LonLat } | null;
  /** Types shown; empty means all. */
  types: EventType[];
  search: string;
  event: string | null;
  /** How far back the statistics look. */
  span: SpanName;
}

/** Reads `#live?map=15.20/60.17110/24.94410&type=jam&q=…&event=…`. What makes no sense is left out. */
export function readAddress(hash: string): AddressState {
  const parameters = new URLSearchParams(hash.split('?')[1] ?? '');
  const types = (parameters.get('type') ?? '').split(',');
  return {
    view: viewOf(hash),
    position: readPosition(parameters.get('map')),
    types: EVENT_TYPES.filter((type) => types.includes(type)),
    search: parameters.get('q') ?? '',
    event: parameters.get('event') || null,
    span: SPANS.find((span) => span === parameters.get('span')) ?? 'week',
  };
}

export function writeAddress(state: AddressState): string {
  const parts: string[] = [];
  if (state.position) {
    const { zoom, centre } = state.position;
    parts.push(`map=${zoom.toFixed(2)}/${centre[1].toFixed(5)}/${centre[0].toFixed(5)}`);
  }
  if (state.types.length > 0) parts.push(`type=${state.types.join(',')}`);
  if (state.search) parts.push(`q=${encodeURIComponent(state.search)}`);
  if (state.event) parts.push(`event=${encodeURIComponent(state.event)}`);
  if (state.span !== 'week') parts.push(`span=${state.span}`);
  return parts.length > 0 ? `#${state.view}?${parts.join('&')}` : `#${state.view}`;
}

function readPosition(text: string | null): AddressState['position'] {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number);
  if (zoom === undefined || lat === undefined || lon === undefined) return null;
  if (!(zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180)) return null;
  return { zoom, centre: [lon, lat] };
}
