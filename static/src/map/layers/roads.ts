// Roads, and how fast traffic is on them.

import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from '../palette';
import { type Width, widthAt } from './width';

export function roads(colours: Palette): LayerSpecification[] {
  const main = ['in', ['get', 'highway'], ['literal', ['motorway', 'trunk', 'primary', 'secondary']]];
  const width = (extra: number): Width =>
    widthAt([
      [11, ['case', main, 0.8 + extra, 0.3 + extra]],
      [15, ['case', main, 4 + extra, 2.4 + extra]],
      [18, ['case', main, 15 + extra, 9 + extra]],
    ]);
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const ratio = ['get', 'ratio'];
  // Width grows with the trouble, so that hue is never alone.
  const trouble = (extra: number): Width =>
    widthAt([
      [12, ['step', ratio, 2.6 + extra, 0.25, 2 + extra, 0.5, 1.4 + extra]],
      [15, ['step', ratio, 5 + extra, 0.25, 3.8 + extra, 0.5, 2.6 + extra]],
      [18, ['step', ratio, 10 + extra, 0.25, 7.5 + extra, 0.5, 5 + extra]],
    ]);
  const aside = widthAt([
    [12, ['case', ['get', 'both'], 1, 0]],
    [15, ['case', ['get', 'both'], 2.4, 0]],
    [18, ['case', ['get', 'both'], 6, 0]],
  ]) as number;
  return [
    {
      id: 'road-edge',
      source: 'roads',
      type: 'line',
      minzoom: 14,
      layout: round,
      paint: { 'line-color': colours['road-edge'], 'line-width': width(1.4) },
    },
    {
      id: 'road',
      source: 'roads',
      type: 'line',
      layout: round,
      paint: { 'line-color': colours.road, 'line-width': width(0) },
    },
    {
      id: 'flow',
      source: 'roads',
      type: 'line',
      layout: round,
      paint: {
        'line-color': colours.flow,
        'line-width': widthAt([
          [11, 0.6],
          [18, 1.8],
        ]),
      },
    },
    {
      id: 'state-casing',
      source: 'states',
      type: 'line',
      filter: ['<', ratio, 0.25],
      layout: round,
      paint: { 'line-color': colours.casing, 'line-width': trouble(2.5), 'line-offset': aside },
    },
    {
      id: 'state',
      source: 'states',
      type: 'line',
      layout: { ...round, 'line-sort-key': ['-', 0, ratio] },
      paint: {
        'line-color': ['step', ratio, colours.stuck, 0.25, colours.slower, 0.5, colours.slow],
        'line-width': trouble(0),
        'line-offset': aside,
      },
    },
  ] as LayerSpecification[];
}
