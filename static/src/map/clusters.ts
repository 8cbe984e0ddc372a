// Vehicles seen from afar: gathered in cells of the screen, with their count and how slow the slow ones are.

import type { Feature, FeatureCollection } from 'geojson';
import type { Drawn } from '../live/vehicles';
import { WORLD_M, worldX, worldY } from './world';

/** Farther out than this, single vehicles would lie on top of one another. */
export const CLUSTER_BELOW_ZOOM = 12.5;
/** Side of a cell, pixels. */
const CELL_PX = 64;
/** Pixels of the world's width at zoom 0. */
const TILE_PX = 512;
/** One that waits at a light says nothing: how slow a cell is, is the speed that a tenth of it does not exceed. */
const SLOW_SHARE = 0.1;

/** The clusters of vehicles at a zoom. A cluster stands in the middle of its vehicles. */
export function clustersOf(vehicles: readonly Drawn[], zoom: number): FeatureCollection {
  const cellM = (CELL_PX * WORLD_M) / (TILE_PX * 2 ** Math.floor(zoom));
  const cells = new Map<string, Drawn[]>();
  for (const vehicle of vehicles) {
    const cell = `${Math.floor(worldX(vehicle.lon) / cellM)}/${Math.floor(worldY(vehicle.lat) / cellM)}`;
    const inside = cells.get(cell);
    if (inside) inside.push(vehicle);
    else cells.set(cell, [vehicle]);
  }
  return { type: 'FeatureCollection', features: [...cells.values()].map(cluster) };
}

function cluster(vehicles: readonly Drawn[]): Feature {
  const mean = (of: (vehicle: Drawn) => number): number =>
    vehicles.reduce((sum, vehicle) => sum + of(vehicle), 0) / vehicles.length;
  const speeds = vehicles.flatMap(({ speedMps }) => (speedMps === null ? [] : [speedMps])).sort((a, b) => a - b);
  const slow = speeds[Math.floor(speeds.length * SLOW_SHARE)];
  return {
    type: 'Feature',
    properties: { count: vehicles.length, ...(slow === undefined ? {} : { slow_kmh: slow * 3.6 }) },
    geometry: { type: 'Point', coordinates: [mean(({ lon }) => lon), mean(({ lat }) => lat)] },
  };
}
