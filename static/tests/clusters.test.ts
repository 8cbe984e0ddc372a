import { expect, test } from 'vitest';
import type { Drawn } from '../src/live/vehicles';
import { clustersOf } from '../src/map/clusters';

function vehicle(id: string, lon: number, lat: number, speedMps: number | null): Drawn {
  return { id, lon, lat, courseDeg: null, speedMps, standing: false, opacity: 1 };
}

test('vehicles of a cell are one cluster, in their middle, with their count', () => {
  const vehicles = [
    vehicle('a', 24.94, 60.17, 10),
    vehicle('b', 24.942, 60.172, 20),
    vehicle('far', 25.9, 60.17, null),
  ];
  const [near, far] = clustersOf(vehicles, 9).features;
  expect(near?.properties).toEqual({ count: 2, slow_kmh: 36 });
  const at = near?.geometry.type === 'Point' ? near.geometry.coordinates : [];
  expect(at.map((degrees) => degrees.toFixed(3))).toEqual(['24.941', '60.171']);
  expect(far?.properties).toEqual({ count: 1 });
});

test('nearer, cells are smaller; one that stands does not slow twenty', () => {
  const vehicles = Array.from({ length: 21 }, (_, at) => vehicle(`v${at}`, 24.94, 60.17, at === 0 ? 0 : 10));
  vehicles.push(vehicle('other', 24.96, 60.17, 0));
  expect(clustersOf(vehicles, 5).features).toHaveLength(1);
  const nearer = clustersOf(vehicles, 12.4).features;
  expect(nearer.map(({ properties }) => properties)).toEqual([
    { count: 21, slow_kmh: 36 },
    { count: 1, slow_kmh: 0 },
  ]);
});
