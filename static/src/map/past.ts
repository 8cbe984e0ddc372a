// Events of the history as dots.

import type { Feature, FeatureCollection } from 'geojson';
import type { TrafficEvent } from '../model';

export function pastDots(events: readonly TrafficEvent[]): FeatureCollection {
  // What is drawn last lies on top: accidents over jams over entries and exits.
  const rank = ({ type }: TrafficEvent): number => (type === 'accident' ? 2 : type === 'jam' ? 1 : 0);
  const features = [...events]
    .sort((a, b) => rank(a) - rank(b))
    .map(
      ({ id, type, position }): Feature => ({
        type: 'Feature',
        properties: { id, type },
        geometry: { type: 'Point', coordinates: [position.lon, position.lat] },
      }),
    );
  return { type: 'FeatureCollection', features };
}
