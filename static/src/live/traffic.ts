// The traffic picture that is published once a second: a sample of vehicles, and the roads that are slow.

import { isNumber, time } from '../model';

export interface VehicleReport {
  id: string;
  lat: number;
  lon: number;
  speedMps: number | null;
  headingDeg: number | null;
  /** When it was measured, epoch milliseconds. */
  at: number;
  kind: string | null;
}

export interface RoadState {
  roadId: string;
  /** Along the drawing direction of the road's line. */
  forward: boolean;
  /** Speed over free-flow speed, 0…1. */
  ratio: number;
}

export interface Traffic {
  /** The newest report's time, epoch milliseconds. */
  at: number;
  vehicles: number;
  reportsPerS: number;
  delayS: number;
  sample: VehicleReport[];
  roads: RoadState[];
}

/** Reads the JSON of the traffic node; null if it is not that. Entries that make no sense are left out. */
export function parseTraffic(json: Record<string, unknown>): Traffic | null {
  const at = time(json.at);
  if (at === null || !Array.isArray(json.sample)) return null;
  return {
    at,
    vehicles: isNumber(json.vehicles) ? json.vehicles : json.sample.length,
    reportsPerS: isNumber(json.reports_per_s) ? json.reports_per_s : 0,
    delayS: isNumber(json.delay_s) ? json.delay_s : 0,
    sample: json.sample.flatMap((entry) => parseVehicle(entry, at) ?? []),
    roads: Array.isArray(json.roads) ? json.roads.flatMap((entry) => parseRoad(entry) ?? []) : [],
  };
}

function parseVehicle(entry: unknown, at: number): VehicleReport | null {
  if (!Array.isArray(entry)) return null;
  const [id, lat, lon, speed, heading, age, kind] = entry as unknown[];
  if (typeof id !== 'string' || !isNumber(lat) || !isNumber(lon) || !isNumber(age)) return null;
  return {
    id,
    lat,
    lon,
    speedMps: isNumber(speed) ? speed : null,
    headingDeg: isNumber(heading) ? heading : null,
    at: at - age,
    kind: typeof kind === 'string' ? kind : null,
  };
}

function parseRoad(entry: unknown): RoadState | null {
  if (!Array.isArray(entry)) return null;
  const [roadId, direction, ratio] = entry as unknown[];
  if (typeof roadId !== 'string' || !isNumber(ratio) || (direction !== '+' && direction !== '-')) return null;
  return { roadId, forward: direction === '+', ratio };
}
