// The map's layers, from the ground up. Data comes into the sources later; the ground is there at once.

import type { StyleSpecification } from 'maplibre-gl';
import { clusters } from './layers/clusters';
import { ground } from './layers/ground';
import { labels } from './layers/labels';
import { roads } from './layers/roads';
import { signs } from './layers/signs';
import type { Palette } from './palette';

export const SOURCES = ['basemap', 'roads', 'states', 'jams', 'tails', 'zones', 'past', 'clusters'] as const;
export type SourceName = (typeof SOURCES)[number];

/** The whole style in some colours. */
export function mapStyle(colours: Palette): StyleSpecification {
  const sources: StyleSpecification['sources'] = {};
  for (const name of SOURCES) {
    sources[name] = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
  }
  return {
    version: 8,
    sources,
    layers: [...ground(colours), ...roads(colours), ...signs(colours), ...labels(colours), ...clusters(colours)],
  };
}
