// Jams: the stretch of road, and a chevron at its tail that points the way it grows.

import type { Feature, FeatureCollection } from 'geojson';
import { bearingDeg, distanceM } from '../geo';
import type { LonLat, TrafficEvent } from '../model';

/** Points nearer than this to the tail say nothing of the direction. */
const MIN_DIRECTION_M = 4;

/** The lines of some jams. */
export function jamLines(jams: readonly TrafficEvent[], chosenId: string | null): FeatureCollection {
  const features = jams
    .filter(({ geometry }) => geometry.type !== 'Point')
    .map(
      (jam): Feature => ({
        type: 'Feature',
        properties: { id: jam.id, chosen: jam.id === chosenId },
        geometry: jam.geometry,
      }),
    );
  return { type: 'FeatureCollection', features };
}

/** The tails of some jams, with the length in words. */
export function jamTails(jams: readonly TrafficEvent[], lengthOf: (metres: number) => string): FeatureCollection {
  const features = jams.flatMap((jam): Feature[] => {
    const tail = tailOf(jam);
    if (!tail) return [];
    const length = jam.measures.length_m === undefined ? '' : lengthOf(jam.measures.length_m);
    return [
      {
        type: 'Feature',
        properties: { id: jam.id, bearing: tail.growsDeg, length },
        geometry: { type: 'Point', coordinates: tail.at },
      },
    ];
  });
  return { type: 'FeatureCollection', features };
}

/** Where a jam's tail is, and the course in which the queue grows: against the driving direction. */
export function tailOf(jam: TrafficEvent): { at: LonLat; growsDeg: number } | null {
  const { geometry } = jam;
  const line =
    geometry.type === 'LineString'
      ? geometry.coordinates
      : geometry.type === 'MultiLineString'
        ? geometry.coordinates[0]
        : null;
  const at = line?.[0];
  const ahead = line?.find((point) => at && distanceM(at, point) >= MIN_DIRECTION_M) ?? line?.at(-1);
  return at && ahead ? { at, growsDeg: bearingDeg(ahead, at) } : null;
}
