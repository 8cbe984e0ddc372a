// Distances and directions over a few kilometres, where the Earth is flat enough.

import type { LonLat } from './model';

const METRES_PER_DEGREE = 111_195;

/** Metres between two places. */
export function distanceM(a: LonLat, b: LonLat): number {
  const [dx, dy] = offsetM(a, b);
  return Math.hypot(dx, dy);
}

/** How far `b` is east and north of `a`, in metres. */
export function offsetM(a: LonLat, b: LonLat): [number, number] {
  const cos = Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return [(b[0] - a[0]) * METRES_PER_DEGREE * cos, (b[1] - a[1]) * METRES_PER_DEGREE];
}

/** The place so many metres east and north of `a`. */
export function moved(a: LonLat, eastM: number, northM: number): LonLat {
  const cos = Math.cos((a[1] * Math.PI) / 180);
  return [a[0] + eastM / (METRES_PER_DEGREE * cos), a[1] + northM / METRES_PER_DEGREE];
}

/** Course from `a` to `b` in degrees clockwise from north, 0 ≤ course < 360. */
export function bearingDeg(a: LonLat, b: LonLat): number {
  const [dx, dy] = offsetM(a, b);
  return ((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360;
}

/** Turn from course `a` to course `b` the short way, −180 < turn ≤ 180. */
export function turnDeg(a: number, b: number): number {
  const turn = (((b - a) % 360) + 360) % 360;
  return turn > 180 ? turn - 360 : turn;
}

/** West, south, east, north. */
export type Bounds = [number, number, number, number];

/** The box around some places; null if there are none. */
export function boundsOf(places: Iterable<LonLat>): Bounds | null {
  let box: Bounds | null = null;
  for (const [lon, lat] of places) {
    box = box
      ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
      : [lon, lat, lon, lat];
  }
  return box;
}
