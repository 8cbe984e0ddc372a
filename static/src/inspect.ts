// A window for tests and the curious: `window.vigiroute` tells what is drawn. It tells, and changes nothing.

import type { Bounds } from './geo';
import type { EventStore } from './live/events';
import type { FeedState } from './live/feed';
import type { Drawn } from './live/vehicles';
import type { Zone } from './live/zones';
import type { TrafficEvent } from './model';

export interface Inspection {
  /** Vehicles as they are drawn at this moment. */
  vehicles(): Drawn[];
  ongoing(): TrafficEvent[];
  ended(): TrafficEvent[];
  zones(): { id: string; name: string }[];
  feed(): FeedState | null;
  /** Pixels from the map's upper left corner. */
  project(lon: number, lat: number): { x: number; y: number };
  view(): { zoom: number; bounds: Bounds };
  /** Names of what is drawn by the map's own layers, with the count of features seen. */
  drawn(layer: string): number;
}

declare global {
  interface Window {
    readonly vigiroute: Inspection;
  }
}

export function expose(parts: {
  store: EventStore;
  drawn: () => Drawn[];
  zones: () => readonly Zone[];
  feed: () => FeedState | null;
  map: import('maplibre-gl').Map;
}): void {
  const { store, map } = parts;
  const inspection: Inspection = {
    vehicles: () => parts.drawn(),
    ongoing: () => structuredClone(store.ongoing()),
    ended: () => structuredClone(store.ended()),
    zones: () => parts.zones().map(({ id, name }) => ({ id, name })),
    feed: () => structuredClone(parts.feed()),
    project: (lon, lat) => ({ ...map.project([lon, lat]) }),
    view: () => {
      const box = map.getBounds();
      return { zoom: map.getZoom(), bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()] };
    },
    drawn: (layer) => (map.getLayer(layer) ? map.queryRenderedFeatures({ layers: [layer] }).length : 0),
  };
  Object.defineProperty(window, 'vigiroute', { value: Object.freeze(inspection) });
}
