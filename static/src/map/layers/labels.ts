// Names of streets and parks, lengths of jams.

import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from '../palette';

/**
 * Local fonts: with no `glyphs` in the style, text is drawn with what the machine has. The weight is read off the first name.
 */
const FONT = ['system-ui'];
const BOLD = ['ui bold', 'system-ui'];

export function labels(colours: Palette): LayerSpecification[] {
  const halo = { 'text-halo-color': colours['label-halo'], 'text-halo-width': 1.6 };
  return [
    {
      id: 'street-name',
      source: 'roads',
      type: 'symbol',
      minzoom: 14,
      filter: ['has', 'name'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 14, 10.5, 18, 14],
        'text-max-angle': 30,
      },
      paint: { 'text-color': colours.label, ...halo },
    },
    {
      id: 'green-name',
      source: 'basemap',
      type: 'symbol',
      minzoom: 15,
      filter: [
        'all',
        ['has', 'name'],
        ['in', ['get', 'kind'], ['literal', ['green', 'water']]],
        ['==', ['geometry-type'], 'Polygon'],
      ],
      layout: { 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': 11, 'text-max-width': 8 },
      paint: { 'text-color': colours.label, 'text-opacity': 0.8, ...halo },
    },
    {
      id: 'jam-length',
      source: 'tails',
      type: 'symbol',
      minzoom: 14.5,
      layout: {
        'text-field': ['get', 'length'],
        'text-font': BOLD,
        'text-size': 12,
        'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
        'text-radial-offset': 1.3,
        'text-allow-overlap': true,
      },
      paint: { 'text-color': colours.jam, ...halo },
    },
  ] as LayerSpecification[];
}
