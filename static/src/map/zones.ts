// Zones: outline and fill, and how many vehicles are inside.

import type { Feature, FeatureCollection } from 'geojson';
import type { VehicleReport } from '../live/traffic';
import { contains, type Zone } from '../live/zones';

export function zoneAreas(zones: readonly Zone[]): FeatureCollection {
  const features = zones.map(
    (zone): Feature => ({
      type: 'Feature',
      properties: { id: zone.id },
      geometry: { type: 'MultiPolygon', coordinates: zone.polygons },
    }),
  );
  return { type: 'FeatureCollection', features };
}

/** Vehicles of the sample in a zone. Counted anew from every picture, so it is right after a reload too. */
export function countIn(zone: Zone, sample: readonly VehicleReport[]): number {
  return sample.reduce((count, { lon, lat }) => (contains(zone, lon, lat) ? count + 1 : count), 0);
}
