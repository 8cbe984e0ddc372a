import type { Feature, Geometry } from 'geojson';
import { expect, test } from 'vitest';
import { featuresIn, idOf } from '../src/zones/client';
import { fromDrawing, shapeOf, toDrawing } from '../src/zones/shape';

function zone(geometry: Geometry, properties: Feature['properties'] = {}): Feature {
  return { type: 'Feature', geometry, properties };
}

const SQUARE: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [24.93, 60.16],
      [24.95, 60.16],
      [24.95, 60.18],
      [24.93, 60.16],
    ],
  ],
};

test('a circle is drawn as its outline and comes back as it was', () => {
  const circle = zone({ type: 'Point', coordinates: [24.94, 60.17] }, { id: 'c', name: 'C', radius_m: 150 });
  const drawing = toDrawing(circle);
  expect([drawing?.mode, drawing?.geometry.type, drawing?.radiusM]).toEqual(['circle', 'Polygon', 150]);
  const back = fromDrawing('circle', drawing?.geometry ?? SQUARE, circle.properties);
  expect(back.properties).toEqual({ id: 'c', name: 'C', radius_m: 150 });
  const at = back.geometry?.type === 'Point' ? back.geometry.coordinates : [];
  expect(at.map((degrees) => degrees.toFixed(5))).toEqual(['24.94000', '60.17000']);
});

test('a corridor keeps its width, and gets one if it has none', () => {
  const line: Geometry = {
    type: 'LineString',
    coordinates: [
      [24.93123456789, 60.16],
      [24.95, 60.17],
    ],
  };
  expect(fromDrawing('corridor', line, { buffer_m: 40 }).properties).toEqual({ buffer_m: 40 });
  const made = fromDrawing('corridor', line, {});
  expect(made.properties).toEqual({ buffer_m: 25 });
  expect(made.geometry).toEqual({ ...line, coordinates: [[24.9312346, 60.16], line.coordinates[1]] });
});

test('what cannot be dragged is known', () => {
  expect(shapeOf(zone(SQUARE))).toBe('polygon');
  expect(shapeOf(zone({ type: 'MultiPolygon', coordinates: [] }))).toBeNull();
  expect(toDrawing(zone({ type: 'Polygon', coordinates: [[], []] }))).toBeNull();
});

test('files of one zone or many are read', () => {
  const one = { ...zone(SQUARE, { id: 'a' }) };
  expect(featuresIn(JSON.stringify(one)).map(idOf)).toEqual(['a']);
  expect(featuresIn(JSON.stringify({ type: 'FeatureCollection', features: [one, zone(SQUARE)] })).map(idOf)).toEqual([
    'a',
    null,
  ]);
  expect(featuresIn('{"type":"Topology"}')).toEqual([]);
});
