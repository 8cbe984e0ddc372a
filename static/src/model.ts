// The words shared with the programs behind the page: events, zones and traffic, as REST and PubSub carry them.

export const EVENT_TYPES = ['accident', 'jam', 'zone_entry', 'zone_exit'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const PHASES = ['started', 'updated', 'ended'] as const;
export type Phase = (typeof PHASES)[number];

/** Longitude, latitude in degrees: GeoJSON's order. */
export type LonLat = [number, number];

export type EventGeometry =
  | { type: 'Point'; coordinates: LonLat }
  | { type: 'LineString'; coordinates: LonLat[] }
  | { type: 'MultiLineString'; coordinates: LonLat[][] };

/** What was measured of an event; what does not apply is absent. */
export interface Measures {
  vehicles?: number;
  mean_speed_mps?: number;
  length_m?: number;
  delay_s?: number;
  speed_mps?: number;
}

/** One revision of an event. A later revision replaces an earlier one of the same id. */
export interface TrafficEvent {
  id: string;
  revision: number;
  type: EventType;
  phase: Phase;
  /** Epoch milliseconds. */
  occurredAt: number;
  detectedAt: number;
  endedAt: number | null;
  position: { lat: number; lon: number };
  geometry: EventGeometry;
  road: { id: string; name: string | null } | null;
  zone: { id: string; name: string } | null;
  vehicles: string[];
  /** 0…1. */
  confidence: number;
  cause: { code: number; subcause: number | null } | null;
  measures: Measures;
}

/** Whether events of this type go on for a while, or happen at once. */
export function isEpisode(type: EventType): boolean {
  return type === 'accident' || type === 'jam';
}

/** Reads the JSON form of an event; null if it is not one. */
export function parseEvent(value: unknown): TrafficEvent | null {
  if (!isRecord(value) || !isRecord(value.position)) return null;
  const type = EVENT_TYPES.find((known) => known === value.type);
  const phase = PHASES.find((known) => known === value.phase);
  const geometry = parseGeometry(value.geometry);
  const occurredAt = time(value.occurred_at);
  const { lat, lon } = value.position;
  if (!type || !phase || !geometry || occurredAt === null) return null;
  if (typeof value.id !== 'string' || !isNumber(value.revision) || !isNumber(lat) || !isNumber(lon)) return null;
  return {
    id: value.id,
    revision: value.revision,
    type,
    phase,
    occurredAt,
    detectedAt: time(value.detected_at) ?? occurredAt,
    endedAt: time(value.ended_at),
    position: { lat, lon },
    geometry,
    road: isRecord(value.road) ? { id: String(value.road.id), name: textOrNull(value.road.name) } : null,
    zone: isRecord(value.zone) ? { id: String(value.zone.id), name: String(value.zone.name) } : null,
    vehicles: Array.isArray(value.vehicles) ? value.vehicles.map(String) : [],
    confidence: isNumber(value.confidence) ? value.confidence : 1,
    cause: parseCause(value.cause),
    measures: parseMeasures(value.measures),
  };
}

function parseCause(value: unknown): TrafficEvent['cause'] {
  if (!isRecord(value) || !isNumber(value.code)) return null;
  return { code: value.code, subcause: isNumber(value.subcause) ? value.subcause : null };
}

function parseMeasures(value: unknown): Measures {
  const measures: Measures = {};
  if (!isRecord(value)) return measures;
  for (const name of ['vehicles', 'mean_speed_mps', 'length_m', 'delay_s', 'speed_mps'] as const) {
    const number = value[name];
    if (isNumber(number)) measures[name] = number;
  }
  return measures;
}

function parseGeometry(value: unknown): EventGeometry | null {
  if (!isRecord(value)) return null;
  const { type, coordinates } = value;
  if (type === 'Point' && isLonLat(coordinates)) return { type, coordinates };
  if (type === 'LineString' && isLine(coordinates)) return { type, coordinates };
  if (type === 'MultiLineString' && Array.isArray(coordinates) && coordinates.length > 0 && coordinates.every(isLine)) {
    return { type, coordinates };
  }
  return null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a record; an empty one if it is none. */
export function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** The value as a list; an empty one if it is none. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isLonLat(value: unknown): value is LonLat {
  return Array.isArray(value) && value.length >= 2 && isNumber(value[0]) && isNumber(value[1]);
}

function isLine(value: unknown): value is LonLat[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isLonLat);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** RFC 3339 to epoch milliseconds; null if it is no time. */
export function time(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}
