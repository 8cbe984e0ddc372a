import type { Feature } from 'geojson';
import { expect, test } from 'vitest';
import { distanceM } from '../src/geo';
import { around, contains, readZones, type Zone } from '../src/live/zones';
import type { LonLat } from '../src/model';

const CENTRE: LonLat = [24.94, 60.17];

function zone(geometry: Feature['geometry'], properties: Record<string, unknown> = {}): Zone {
  const feature: Feature = { type: 'Feature', properties: { id: 'z', name: 'Zone', ...properties }, geometry };
  const [read] = readZones({ type: 'FeatureCollection', features: [feature] });
  if (!read) throw new Error('not a zone');
  return read;
}

test('a circle is as wide as its radius all round', () => {
  const circle = zone({ type: 'Point', coordinates: CENTRE }, { radius_m: 140 });
  for (const point of circle.polygons[0]?.[0] ?? []) expect(distanceM(CENTRE, point)).toBeCloseTo(140, 0);
  expect(contains(circle, 24.94, 60.17)).toBe(true);
  expect(contains(circle, 24.9426, 60.17)).toBe(false);
});

test('a buffered line with bends is nowhere nearer or farther than its buffer', () => {
  const line: LonLat[] = [
    [24.94, 60.17],
    [24.944, 60.17],
    [24.944, 60.172],
    [24.948, 60.1725],
  ];
  const ring = around(line, 35);
  const nearest = (at: LonLat): number => Math.min(...sampled(line).map((point) => distanceM(at, point)));
  for (const point of ring) {
    expect(nearest(point)).toBeGreaterThan(33.5);
    expect(nearest(point)).toBeLessThan(50);
  }
  expect(ring[0]).toEqual(ring.at(-1));
  const buffered = zone({ type: 'LineString', coordinates: line }, { buffer_m: 35 });
  expect(contains(buffered, 24.942, 60.1702)).toBe(true);
  expect(contains(buffered, 24.942, 60.1706)).toBe(false);
  expect(contains(buffered, 24.9398, 60.17)).toBe(true);
});

test('holes are outside', () => {
  const square = (half: number): LonLat[] => [
    [24.94 - half, 60.17 - half],
    [24.94 + half, 60.17 - half],
    [24.94 + half, 60.17 + half],
    [24.94 - half, 60.17 + half],
    [24.94 - half, 60.17 - half],
  ];
  const ring = zone({ type: 'Polygon', coordinates: [square(0.01), square(0.002)] });
  expect(contains(ring, 24.945, 60.17)).toBe(true);
  expect(contains(ring, 24.94, 60.17)).toBe(false);
});

test('what is no zone is left out', () => {
  const features: Feature[] = [
    { type: 'Feature', properties: { id: 'a' }, geometry: { type: 'Point', coordinates: CENTRE } },
    { type: 'Feature', properties: null, geometry: { type: 'MultiPoint', coordinates: [CENTRE] } },
  ];
  expect(readZones({ type: 'FeatureCollection', features })).toEqual([]);
});

function sampled(line: LonLat[]): LonLat[] {
  return line.slice(1).flatMap((end, index) => {
    const start = line[index] ?? end;
    return Array.from({ length: 201 }, (_, step): LonLat => {
      const part = step / 200;
      return [start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part];
    });
  });
}
