// Zones as areas: what is drawn, and what vehicles are counted in. Circles and buffered lines become polygons.

import type { Feature, FeatureCollection, Position } from 'geojson';
import { type Bounds, boundsOf, moved, offsetM } from '../geo';
import { isNumber, isRecord, type LonLat } from '../model';

/** Rings of one polygon: the outline, then holes. */
export type Rings = LonLat[][];

export interface Zone {
  id: string;
  name: string;
  polygons: Rings[];
  bounds: Bounds;
  /** As it came. */
  feature: Feature;
}

/** Points of a full circle. */
const CIRCLE_STEPS = 64;

/** Reads the zones of a FeatureCollection; what is no zone is left out. */
export function readZones(collection: FeatureCollection): Zone[] {
  return collection.features.flatMap((feature) => readZone(feature) ?? []);
}

function readZone(feature: Feature): Zone | null {
  const properties = isRecord(feature.properties) ? feature.properties : {};
  const id = properties.id ?? feature.id;
  const polygons = polygonsOf(feature, properties);
  const bounds = boundsOf(polygons.flat(2));
  if (id === undefined || id === null || !bounds) return null;
  const name = typeof properties.name === 'string' ? properties.name : String(id);
  return { id: String(id), name, polygons, bounds, feature };
}

function polygonsOf(feature: Feature, properties: Record<string, unknown>): Rings[] {
  const { geometry } = feature;
  switch (geometry?.type) {
    case 'Polygon':
      return [geometry.coordinates.map(asLine)];
    case 'MultiPolygon':
      return geometry.coordinates.map((rings) => rings.map(asLine));
    case 'Point':
      return isNumber(properties.radius_m) ? [[around(asLine([geometry.coordinates]), properties.radius_m)]] : [];
    case 'LineString':
      return isNumber(properties.buffer_m) ? [[around(asLine(geometry.coordinates), properties.buffer_m)]] : [];
    default:
      return [];
  }
}

/** The outline of everything within so many metres of a line, or of a single place. */
export function around(line: LonLat[], distance: number): LonLat[] {
  const [only] = line;
  if (only && line.length === 1) return circle(only, distance);
  const there = side(line, distance);
  const back = side([...line].reverse(), distance);
  const ring = [...there, ...back];
  const first = ring[0];
  return first ? [...ring, first] : [];
}

function circle(centre: LonLat, radius: number): LonLat[] {
  return Array.from({ length: CIRCLE_STEPS + 1 }, (_, step) =>
    atCourse(centre, (2 * Math.PI * (step % CIRCLE_STEPS)) / CIRCLE_STEPS, radius),
  );
}

/** The left side of a line and a half circle round its end. */
function side(line: LonLat[], distance: number): LonLat[] {
  const ring: LonLat[] = [];
  line.forEach((point, index) => {
    const before = line[index - 1];
    const after = line[index + 1];
    const incoming = before ? courseRad(before, point) : after ? courseRad(point, after) : 0;
    const outgoing = after ? courseRad(point, after) : incoming;
    // Left is a quarter turn back; on the outside of a bend, and round the end, the outline follows a circle.
    const turn = after ? wrap(outgoing - incoming) : Math.PI;
    if (!before && after) {
      ring.push(atCourse(point, outgoing - Math.PI / 2, distance));
    } else if (turn > 0) {
      const steps = Math.max(1, Math.ceil((turn / (2 * Math.PI)) * CIRCLE_STEPS));
      for (let step = 0; step <= steps; step += 1) {
        ring.push(atCourse(point, incoming - Math.PI / 2 + (turn * step) / steps, distance));
      }
    } else {
      // On the inside both offset sides meet on the bisector.
      const reach = distance / Math.max(0.3, Math.cos(turn / 2));
      ring.push(atCourse(point, incoming + turn / 2 - Math.PI / 2, reach));
    }
  });
  return ring;
}

function courseRad(a: LonLat, b: LonLat): number {
  const [east, north] = offsetM(a, b);
  return Math.atan2(east, north);
}

function atCourse(from: LonLat, course: number, distance: number): LonLat {
  return moved(from, Math.sin(course) * distance, Math.cos(course) * distance);
}

function wrap(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/** Whether a place is in a zone, holes taken out. */
export function contains(zone: Zone, lon: number, lat: number): boolean {
  const [west, south, east, north] = zone.bounds;
  if (lon < west || lon > east || lat < south || lat > north) return false;
  return zone.polygons.some((rings) => rings.filter((ring) => inRing(ring, lon, lat)).length % 2 === 1);
}

function inRing(ring: LonLat[], lon: number, lat: number): boolean {
  let inside = false;
  let [x0, y0] = ring.at(-1) ?? [0, 0];
  for (const [x1, y1] of ring) {
    if (y1 > lat !== y0 > lat && lon < ((x0 - x1) * (lat - y1)) / (y0 - y1) + x1) inside = !inside;
    [x0, y0] = [x1, y1];
  }
  return inside;
}

function asLine(positions: Position[]): LonLat[] {
  return positions.flatMap(([lon, lat]): LonLat[] => (isNumber(lon) && isNumber(lat) ? [[lon, lat]] : []));
}
