// The ground: water, green, buildings, paths and rails.

import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from '../palette';
import { widthAt } from './width';

export function ground(colours: Palette): LayerSpecification[] {
  const kind = (name: string): ['==', ['get', string], string] => ['==', ['get', 'kind'], name];
  const polygons: ['==', ['geometry-type'], string] = ['==', ['geometry-type'], 'Polygon'];
  return [
    { id: 'land', type: 'background', paint: { 'background-color': colours.land } },
    {
      id: 'water',
      source: 'basemap',
      type: 'fill',
      filter: ['all', kind('water'), polygons],
      paint: { 'fill-color': colours.water },
    },
    {
      id: 'green',
      source: 'basemap',
      type: 'fill',
      filter: ['all', kind('green'), polygons],
      paint: { 'fill-color': colours.green },
    },
    {
      id: 'stream',
      source: 'basemap',
      type: 'line',
      filter: ['all', kind('water'), ['==', ['geometry-type'], 'LineString']],
      paint: {
        'line-color': colours.water,
        'line-width': widthAt([
          [13, 1],
          [18, 6],
        ]),
      },
    },
    {
      id: 'building',
      source: 'basemap',
      type: 'fill',
      minzoom: 13,
      filter: kind('building'),
      paint: { 'fill-color': colours.building, 'fill-outline-color': colours['building-edge'] },
    },
    {
      id: 'path',
      source: 'basemap',
      type: 'line',
      minzoom: 14.5,
      filter: [
        'all',
        kind('road'),
        ['in', ['get', 'class'], ['literal', ['footway', 'cycleway', 'path', 'steps', 'pedestrian']]],
      ],
      paint: {
        'line-color': colours.path,
        'line-width': widthAt([
          [14.5, 0.5],
          [18, 2],
        ]),
      },
    },
    {
      id: 'rail',
      source: 'basemap',
      type: 'line',
      minzoom: 12,
      filter: kind('rail'),
      paint: {
        'line-color': colours.rail,
        'line-width': widthAt([
          [12, 0.4],
          [18, 1.6],
        ]),
      },
    },
  ];
}
