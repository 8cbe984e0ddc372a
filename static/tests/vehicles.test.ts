import { expect, test } from 'vitest';
import { distanceM } from '../src/geo';
import { parseTraffic, type Traffic } from '../src/live/traffic';
import { drawnAt, type Track, Vehicles } from '../src/live/vehicles';
import type { LonLat } from '../src/model';

const START = Date.parse('2026-03-01T12:00:00Z');
/** Metres north as degrees. */
const north = (metres: number): number => 60.17 + metres / 111_195;

function picture(second: number, sample: unknown[][]): Traffic {
  const traffic = parseTraffic({ at: new Date(START + second * 1000).toISOString(), vehicles: 1, sample });
  if (!traffic) throw new Error('the sample is no traffic');
  return traffic;
}

function at(track: Track | undefined, now: number): LonLat {
  if (!track) throw new Error('no such vehicle');
  const { lon, lat } = drawnAt(track, now);
  return [lon, lat];
}

test('a vehicle glides from report to report and never jumps', () => {
  const vehicles = new Vehicles();
  let last: LonLat | null = null;
  let longestM = 0;
  // Pictures come a little early or late, and the eighth does not come at all.
  const arrivals = new Map(Array.from({ length: 20 }, (_, second) => [second * 1000 + ((second * 37) % 120), second]));
  arrivals.delete(8 * 1000 + ((8 * 37) % 120));
  for (let ms = 0; ms < 20_000; ms += 1) {
    const second = arrivals.get(ms);
    if (second !== undefined)
      vehicles.update(picture(second, [['v', north(second * 14), 24.94, 14, 0, 200, 'car']]), ms);
    const track = vehicles.get('v');
    if (!track || ms % 16 !== 0) continue;
    const now = at(track, ms);
    if (last) longestM = Math.max(longestM, distanceM(last, now));
    last = now;
  }
  // 14 m/s are 0.22 m a frame; never half as much again.
  expect(longestM).toBeLessThan(0.32);
  expect(last?.[1]).toBeGreaterThan(north(17 * 14));
});

test('in the middle of a report interval a vehicle is between the last two reports, and moving', () => {
  const vehicles = new Vehicles();
  for (let second = 0; second <= 10; second += 1) {
    vehicles.update(picture(second, [['v', north(second * 10), 24.94, 10, 0, 0, 'car']]), second * 1000);
  }
  const [, lat] = at(vehicles.get('v'), 10_500);
  expect(lat).toBeGreaterThan(north(92));
  expect(lat).toBeLessThan(north(97));
});

test('a silent vehicle stops at its last report and goes nowhere beyond', () => {
  const vehicles = new Vehicles();
  vehicles.update(picture(0, [['v', north(0), 24.94, 15, 0, 0, 'car']]), 0);
  vehicles.update(picture(1, [['v', north(15), 24.94, 15, 0, 0, 'car']]), 1000);
  for (const now of [2_500, 5_000, 30_000]) expect(at(vehicles.get('v'), now)[1]).toBeCloseTo(north(15), 9);
});

test('a corner is driven through, not cut: the report at the corner is on the way', () => {
  const vehicles = new Vehicles();
  vehicles.update(picture(0, [['v', north(0), 24.94, 10, 0, 0, 'car']]), 0);
  vehicles.update(picture(1, [['v', north(20), 24.94, 10, 0, 0, 'car']]), 1000);
  // The next report is round the corner and comes early, while the vehicle is still on its way to the corner.
  vehicles.update(picture(2, [['v', north(20), 24.9404, 10, 90, 0, 'car']]), 1_600);
  const track = vehicles.get('v');
  const nearest = Math.min(
    ...Array.from({ length: 120 }, (_, step) => distanceM(at(track, 1_600 + step * 10), [24.94, north(20)])),
  );
  expect(nearest).toBeLessThan(0.3);
});

test('the course turns the short way', () => {
  const vehicles = new Vehicles();
  vehicles.update(picture(0, [['v', north(0), 24.94, 5, 350, 0, 'car']]), 0);
  vehicles.update(picture(1, [['v', north(5), 24.94, 5, 10, 0, 'car']]), 1000);
  const track = vehicles.get('v') as Track;
  expect(track.turn).toBe(20);
  expect(drawnAt(track, 1000 + 1150 / 2).courseDeg).toBeCloseTo(0, 6);
});

test('a vehicle that turns up elsewhere appears there instead of flying through the town', () => {
  const vehicles = new Vehicles();
  vehicles.update(picture(0, [['v', north(0), 24.94, 10, 0, 0, 'car']]), 0);
  vehicles.update(picture(1, [['v', north(900), 24.94, 10, 0, 0, 'car']]), 1000);
  const track = vehicles.get('v') as Track;
  expect(drawnAt(track, 1000).opacity).toBe(0);
  expect(drawnAt(track, 1500).opacity).toBe(1);
  expect(at(track, 1000)[1]).toBeCloseTo(north(900), 9);
});

test('the same report told again changes nothing', () => {
  const vehicles = new Vehicles();
  vehicles.update(picture(0, [['v', north(0), 24.94, 10, 0, 0, 'car']]), 0);
  const before = vehicles.get('v');
  vehicles.update(picture(1, [['v', north(0), 24.94, 10, 0, 1000, 'car']]), 1000);
  expect(vehicles.get('v')).toBe(before);
});

test('a silent vehicle fades, and is forgotten at last', () => {
  const vehicles = new Vehicles();
  vehicles.update(picture(0, [['v', north(0), 24.94, 10, 0, 0, 'car']]), 0);
  const track = vehicles.get('v') as Track;
  expect(drawnAt(track, 5_000).opacity).toBe(1);
  expect(drawnAt(track, 13_000).opacity).toBeCloseTo(0.6, 6);
  expect(drawnAt(track, 30_000).opacity).toBeCloseTo(0.2, 6);
  vehicles.update(picture(61, []), 61_000);
  expect(vehicles.count).toBe(0);
});

test('standing is told from moving; a missing speed is worked out from the way', () => {
  const vehicles = new Vehicles();
  const sample = (metres: number) => [
    ['standing', north(0), 24.94, 0.2, 0, 0, 'car'],
    ['silent', north(metres), 24.95, null, null, 0, null],
  ];
  vehicles.update(picture(0, sample(0)), 0);
  vehicles.update(picture(1, sample(12)), 1000);
  expect(drawnAt(vehicles.get('standing') as Track, 1000).standing).toBe(true);
  const drawn = drawnAt(vehicles.get('silent') as Track, 1000);
  expect(drawn.speedMps).toBeCloseTo(12, 1);
  expect(drawn.courseDeg).toBeCloseTo(0, 3);
});

test('entries of the traffic picture that make no sense are left out', () => {
  const traffic = parseTraffic({
    at: '2026-03-01T12:00:00Z',
    vehicles: 4,
    sample: [['v', 60, 24, 1, 2, 3, 'car'], ['w', 'x', 24, 1, 2, 3, 'car'], 'nonsense', null],
    roads: [
      ['r', '+', 0.4],
      ['r', '?', 0.4],
      ['r', '-'],
    ],
  });
  expect(traffic?.sample).toEqual([
    { id: 'v', lat: 60, lon: 24, speedMps: 1, headingDeg: 2, at: START - 3, kind: 'car' },
  ]);
  expect(traffic?.roads).toEqual([{ roadId: 'r', forward: true, ratio: 0.4 }]);
  expect(parseTraffic({ at: 'never', sample: [] })).toBeNull();
});
