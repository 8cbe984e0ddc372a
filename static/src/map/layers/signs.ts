// Zones and jams.

import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from '../palette';
import { widthAt } from './width';

export function signs(colours: Palette): LayerSpecification[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const chosen = ['boolean', ['get', 'chosen'], false];
  return [
    { id: 'zone', source: 'zones', type: 'fill', paint: { 'fill-color': colours.zone, 'fill-opacity': 0.07 } },
    {
      id: 'zone-edge',
      source: 'zones',
      type: 'line',
      paint: { 'line-color': colours.zone, 'line-width': 1.2, 'line-opacity': 0.85 },
    },
    {
      id: 'jam-casing',
      source: 'jams',
      type: 'line',
      layout: round,
      paint: {
        'line-color': colours.casing,
        'line-width': widthAt([
          [12, ['case', chosen, 11, 8]],
          [15, ['case', chosen, 17, 14]],
          [18, ['case', chosen, 26, 22]],
        ]),
      },
    },
    {
      id: 'jam',
      source: 'jams',
      type: 'line',
      layout: round,
      paint: {
        'line-color': colours.jam,
        'line-width': widthAt([
          [12, 5],
          [15, 10.5],
          [18, 17],
        ]),
      },
    },
    {
      id: 'jam-tail',
      source: 'tails',
      type: 'symbol',
      layout: {
        'icon-image': 'chevron',
        'icon-rotate': ['get', 'bearing'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 12, 0.6, 17, 1],
      },
    },
    {
      id: 'past',
      source: 'past',
      type: 'circle',
      paint: {
        'circle-radius': widthAt([
          [10, 3],
          [15, 6],
        ]),
        'circle-color': ['match', ['get', 'type'], 'accident', colours.accident, 'jam', colours.jam, colours.zone],
        'circle-opacity': 0.75,
        'circle-stroke-width': 1.2,
        'circle-stroke-color': colours['label-halo'],
      },
    },
  ] as LayerSpecification[];
}
