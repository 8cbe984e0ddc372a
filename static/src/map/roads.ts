// Roads coloured by how fast traffic is against free flow. Only the slow ones are known and drawn over the others.

import type { Feature, FeatureCollection, LineString, Position } from 'geojson';
import type { RoadState } from '../live/traffic';
import { isRecord } from '../model';

/** The lines of the network by the road's id. */
export class RoadLines {
  readonly #lines = new Map<string, { line: Position[]; both: boolean }>();

  constructor(network: FeatureCollection) {
    for (const feature of network.features) {
      if (feature.id === undefined || feature.geometry?.type !== 'LineString') continue;
      const oneway = isRecord(feature.properties) ? feature.properties.oneway : undefined;
      const both = oneway === undefined || oneway === null || oneway === 'no' || oneway === false;
      this.#lines.set(String(feature.id), { line: feature.geometry.coordinates, both });
    }
  }

  /** What is drawn for some states: a line each, in driving direction. Roads that are not known are left out. */
  drawn(states: readonly RoadState[]): FeatureCollection<LineString> {
    const features = states.flatMap(({ roadId, forward, ratio }): Feature<LineString>[] => {
      const road = this.#lines.get(roadId);
      if (!road) return [];
      const coordinates = forward ? road.line : [...road.line].reverse();
      return [
        { type: 'Feature', properties: { ratio, both: road.both }, geometry: { type: 'LineString', coordinates } },
      ];
    });
    return { type: 'FeatureCollection', features };
  }
}
