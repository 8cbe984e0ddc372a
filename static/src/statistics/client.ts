// The requests for statistics, and their answers.

import { getJson } from '../api';
import { asList, asRecord, EVENT_TYPES, type EventType, isNumber, isRecord, time } from '../model';
import type { Span } from './span';

export interface SeriesEntry {
  /** Epoch milliseconds at which the hour or day began. */
  from: number;
  counts: Partial<Record<EventType, number>>;
}

export interface Spread {
  count: number;
  median_s: number;
  p95_s: number;
  max_s: number;
}

export interface RoadEntry {
  id: string;
  name: string | null;
  accidents: number;
  jams: number;
  jamMinutes: number;
  meanDelayS: number;
  maxDelayS: number;
}

export interface ZoneEntry {
  id: string;
  name: string;
  entries: number;
  exits: number;
  vehicles: number;
  dwell: Spread | null;
}

export interface Statistics {
  /** Whether the series is by the hour or by the day. */
  step: 'hour' | 'day';
  series: SeriesEntry[];
  /** Seven days, Monday first, of 24 hours. */
  week: number[][];
  roads: RoadEntry[];
  zones: ZoneEntry[];
  delays: Partial<Record<EventType, Spread>>;
}

/** The paths of the requests, so that each chart can say its own. */
export function paths(span: Span, timeZone: string): Record<'series' | 'week' | 'roads' | 'zones' | 'delays', string> {
  const parameters = new URLSearchParams({ from: iso(span.from), to: iso(span.to) });
  const zone = new URLSearchParams({ time_zone: timeZone });
  return {
    series: `/statistics/events?${parameters}&${zone}`,
    week: `/statistics/week?${parameters}&${zone}`,
    roads: `/statistics/roads?${parameters}`,
    zones: `/statistics/zones?${parameters}`,
    delays: `/statistics/delays?${parameters}`,
  };
}

/** All statistics of a span. */
export async function getStatistics(span: Span, timeZone: string): Promise<Statistics> {
  const path = paths(span, timeZone);
  const [series, week, roads, zones, delays] = await Promise.all(
    [path.series, path.week, path.roads, path.zones, path.delays].map(getJson),
  );
  const events = asRecord(series);
  return {
    step: events.step === 'hour' ? 'hour' : 'day',
    series: asList(events.series).map(seriesEntry),
    week: asList(asRecord(week).hours).map((day) => asList(day).map(Number)),
    roads: asList(asRecord(roads).roads).map(roadEntry),
    zones: asList(asRecord(zones).zones).map(zoneEntry),
    delays: Object.fromEntries(
      EVENT_TYPES.flatMap((type) => {
        const found = spread(asRecord(asRecord(delays).delays)[type]);
        return found ? [[type, found]] : [];
      }),
    ),
  };
}

function seriesEntry(value: unknown): SeriesEntry {
  const entry = asRecord(value);
  const counts = asRecord(entry.counts);
  return {
    from: time(entry.from) ?? 0,
    counts: Object.fromEntries(EVENT_TYPES.flatMap((type) => (isNumber(counts[type]) ? [[type, counts[type]]] : []))),
  };
}

function roadEntry(value: unknown): RoadEntry {
  const entry = asRecord(value);
  const road = asRecord(entry.road);
  return {
    id: String(road.id),
    name: typeof road.name === 'string' && road.name ? road.name : null,
    accidents: Number(entry.accidents),
    jams: Number(entry.jams),
    jamMinutes: Number(entry.jam_minutes),
    meanDelayS: Number(entry.mean_delay_s),
    maxDelayS: Number(entry.max_delay_s),
  };
}

function zoneEntry(value: unknown): ZoneEntry {
  const entry = asRecord(value);
  const zone = asRecord(entry.zone);
  return {
    id: String(zone.id),
    name: String(zone.name),
    entries: Number(entry.entries),
    exits: Number(entry.exits),
    vehicles: Number(entry.vehicles),
    dwell: spread(entry.dwell),
  };
}

function spread(value: unknown): Spread | null {
  if (!isRecord(value)) return null;
  const { count, median_s, p95_s, max_s } = value;
  return { count: Number(count), median_s: Number(median_s), p95_s: Number(p95_s), max_s: Number(max_s) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
