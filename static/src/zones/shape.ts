// What is drawn, as a zone has it; and a zone, as it is drawn.

import type { Feature, Geometry, Position } from 'geojson';
import { distanceM } from '../geo';
import { around } from '../live/zones';
import type { LonLat } from '../model';

export const SHAPES = ['polygon', 'circle', 'corridor'] as const;
export type Shape = (typeof SHAPES)[number];

/** The mode of drawing that each shape is drawn in. */
export const MODES: Record<Shape, string> = { polygon: 'polygon', circle: 'circle', corridor: 'linestring' };

/** Half the width of a corridor that is drawn, metres. */
const DEFAULT_BUFFER_M = 25;
/** Decimals of degrees that are kept: 1 cm. */
const DECIMALS = 7;

/** The shape of a zone; null if its area is of a kind that cannot be dragged, such as several polygons. */
export function shapeOf(zone: Feature): Shape | null {
  switch (zone.geometry?.type) {
    case 'Point':
      return 'circle';
    case 'LineString':
      return 'corridor';
    case 'Polygon':
      return zone.geometry.coordinates.length === 1 ? 'polygon' : null;
    default:
      return null;
  }
}

/** What a zone is drawn as: a circle becomes its outline. */
export function toDrawing(zone: Feature): { mode: string; geometry: Geometry; radiusM: number | null } | null {
  const shape = shapeOf(zone);
  if (!shape) return null;
  const mode = MODES[shape];
  if (zone.geometry.type !== 'Point') return { mode, geometry: zone.geometry, radiusM: null };
  const radiusM = Number(zone.properties?.radius_m);
  const outline = around([lonLat(zone.geometry.coordinates)], radiusM).map((point) => point.map(rounded));
  return { mode, geometry: { type: 'Polygon', coordinates: [outline] }, radiusM };
}

/** The geometry and the reach of a zone, from what was drawn. `before` keeps what drawing does not say. */
export function fromDrawing(shape: Shape, drawn: Geometry, before: Feature['properties']): Partial<Feature> {
  const { radius_m: _, buffer_m, ...rest } = before ?? {};
  if (shape === 'circle' && drawn.type === 'Polygon') {
    const ring = (drawn.coordinates[0] ?? []).slice(0, -1).map(lonLat);
    const centre: LonLat = [mean(ring.map(([lon]) => lon)), mean(ring.map(([, lat]) => lat))];
    const radius_m = Math.round(mean(ring.map((point) => distanceM(centre, point))) * 10) / 10;
    const geometry: Geometry = { type: 'Point', coordinates: centre.map(rounded) };
    return { geometry, properties: { ...rest, radius_m } };
  }
  if (shape === 'corridor' && drawn.type === 'LineString') {
    const geometry: Geometry = { type: 'LineString', coordinates: drawn.coordinates.map((at) => at.map(rounded)) };
    return { geometry, properties: { ...rest, buffer_m: buffer_m ?? DEFAULT_BUFFER_M } };
  }
  if (drawn.type === 'Polygon') {
    const coordinates = drawn.coordinates.map((ring) => ring.map((at) => at.map(rounded)));
    return { geometry: { type: 'Polygon', coordinates }, properties: rest };
  }
  return { geometry: drawn, properties: rest };
}

function lonLat([lon = 0, lat = 0]: Position): LonLat {
  return [lon, lat];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function rounded(degrees: number): number {
  return Number(degrees.toFixed(DECIMALS));
}
