// Vehicles seen from afar.

import type { LayerSpecification } from 'maplibre-gl';
import { CLUSTER_BELOW_ZOOM } from '../clusters';
import { type Palette, speedColours } from '../palette';

export function clusters(colours: Palette): LayerSpecification[] {
  const ramp = speedColours().flatMap(({ kmh, colour }) => [kmh, colour]);
  const radius = ['interpolate', ['linear'], ['sqrt', ['get', 'count']], 1, 5, 4, 11, 20, 22];
  return [
    {
      id: 'cluster',
      source: 'clusters',
      type: 'circle',
      maxzoom: CLUSTER_BELOW_ZOOM,
      paint: {
        'circle-radius': radius,
        'circle-color': ['interpolate', ['linear'], ['coalesce', ['get', 'slow_kmh'], 30], ...ramp],
        'circle-opacity': 0.85,
        'circle-stroke-width': 1.5,
        'circle-stroke-color': colours['label-halo'],
      },
    },
    {
      id: 'cluster-count',
      source: 'clusters',
      type: 'symbol',
      maxzoom: CLUSTER_BELOW_ZOOM,
      filter: ['>', ['get', 'count'], 1],
      layout: {
        'text-field': ['to-string', ['get', 'count']],
        'text-font': ['ui bold', 'system-ui'],
        'text-size': 11,
        'text-allow-overlap': true,
      },
      paint: { 'text-color': colours['label-halo'] },
    },
  ] as LayerSpecification[];
}
