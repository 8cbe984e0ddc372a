// Vehicles as they are drawn: gliding from where they are drawn now, over the last report they have not passed yet, to the
// newest report, within about one report interval. So nothing jumps, and nothing goes beyond what was reported.

import { bearingDeg, distanceM, turnDeg } from '../geo';
import type { LonLat } from '../model';
import type { Traffic, VehicleReport } from './traffic';

/** Without news for so long, a vehicle begins to fade; then it is faint; then it is gone. Milliseconds. */
export const FADE_FROM_MS = 6_000;
export const FADE_TO_MS = 20_000;
export const FORGET_MS = 60_000;
/** What a faint vehicle keeps of its opacity. */
export const FAINT = 0.2;
/** How long a vehicle takes to appear. */
export const APPEAR_MS = 400;
/** Slower than this it is standing. */
export const STANDING_MPS = 0.5;

/** A glide takes a little longer than reports are apart, so that a late report finds the vehicle still moving. */
const SLACK = 1.15;
/** What was missed is made up for without racing: at most so many times as fast as the vehicle went. */
const CATCH_UP = 1.3;
const MIN_GLIDE_MS = 300;
const MAX_GLIDE_MS = 6_000;
/** No road vehicle is faster. What looks faster is another place: the vehicle appears there instead of flying. */
const MAX_SPEED_MPS = 60;
/** Standing vehicles' positions wander; their courses are not to be believed. */
const MIN_COURSE_M = 1.5;

/** A vehicle's way: from `from` at `start` over `via` at `viaAt` to `to` at `end`. Local milliseconds. */
export interface Track {
  id: string;
  kind: string | null;
  from: LonLat;
  via: LonLat;
  to: LonLat;
  start: number;
  viaAt: number;
  end: number;
  /** Course at `start`, degrees; null where none is known. */
  fromCourse: number | null;
  /** Turn to the course at `end`, degrees. */
  turn: number;
  speedMps: number | null;
  /** When the newest report was measured, in the reports' time. */
  reportedAt: number;
  /** When it came in, local time. */
  heardAt: number;
  /** When the vehicle appeared here, local time. */
  bornAt: number;
}

/** A vehicle as it is drawn at one moment. */
export interface Drawn {
  id: string;
  lon: number;
  lat: number;
  courseDeg: number | null;
  speedMps: number | null;
  standing: boolean;
  /** 0…1. */
  opacity: number;
}

export class Vehicles {
  readonly #tracks = new Map<string, Track>();

  /** All vehicles that are drawn. */
  tracks(): IterableIterator<Track> {
    return this.#tracks.values();
  }

  get count(): number {
    return this.#tracks.size;
  }

  get(id: string): Track | undefined {
    return this.#tracks.get(id);
  }

  /** Takes the traffic picture that came at the local time `now`; forgets vehicles long silent. */
  update(traffic: Traffic, now: number): void {
    for (const report of traffic.sample) {
      const track = this.#tracks.get(report.id);
      const heardAt = now - Math.max(0, traffic.at - report.at);
      if (!track) this.#tracks.set(report.id, appear(report, heardAt, now));
      else if (report.at > track.reportedAt) this.#tracks.set(report.id, advance(track, report, heardAt, now));
    }
    for (const track of this.#tracks.values()) {
      if (now - track.heardAt > FORGET_MS) this.#tracks.delete(track.id);
    }
  }
}

/** Where a vehicle is drawn at the local time `now`. */
export function drawnAt(track: Track, now: number): Drawn {
  const first = now < track.viaAt;
  const [a, b] = first ? [track.from, track.via] : [track.via, track.to];
  const [start, end] = first ? [track.start, track.viaAt] : [track.viaAt, track.end];
  const part = share(now, start, end);
  const turned = track.turn * share(now, track.start, track.end);
  return {
    id: track.id,
    lon: a[0] + (b[0] - a[0]) * part,
    lat: a[1] + (b[1] - a[1]) * part,
    courseDeg: track.fromCourse === null ? null : (track.fromCourse + turned + 360) % 360,
    speedMps: track.speedMps,
    standing: isStanding(track),
    opacity: opacityAt(track, now),
  };
}

export function isStanding(track: Track): boolean {
  return track.speedMps !== null && track.speedMps < STANDING_MPS;
}

function opacityAt(track: Track, now: number): number {
  const faded = share(now, track.heardAt + FADE_FROM_MS, track.heardAt + FADE_TO_MS);
  return share(now, track.bornAt, track.bornAt + APPEAR_MS) * (1 - faded * (1 - FAINT));
}

function share(now: number, start: number, end: number): number {
  if (now >= end) return 1;
  return now <= start ? 0 : (now - start) / (end - start);
}

function appear(report: VehicleReport, heardAt: number, now: number): Track {
  const at: LonLat = [report.lon, report.lat];
  return {
    id: report.id,
    kind: report.kind,
    from: at,
    via: at,
    to: at,
    start: now,
    viaAt: now,
    end: now,
    fromCourse: report.headingDeg,
    turn: 0,
    speedMps: report.speedMps,
    reportedAt: report.at,
    heardAt,
    bornAt: now,
  };
}

function advance(track: Track, report: VehicleReport, heardAt: number, now: number): Track {
  const to: LonLat = [report.lon, report.lat];
  const intervalMs = report.at - track.reportedAt;
  const stepM = distanceM(track.to, to);
  if (stepM > 30 + (MAX_SPEED_MPS * intervalMs) / 1000) return appear(report, heardAt, now);

  const drawn = drawnAt(track, now);
  const from: LonLat = [drawn.lon, drawn.lat];
  const via = now < track.end ? track.to : from;
  const toViaM = distanceM(from, via);
  const wayM = toViaM + distanceM(via, to);
  const cruiseMps = Math.max(stepM / (intervalMs / 1000), report.speedMps ?? 0);
  const unhurriedMs = cruiseMps > STANDING_MPS ? (1000 * wayM) / (CATCH_UP * cruiseMps) : 0;
  const glideMs = Math.min(MAX_GLIDE_MS, Math.max(MIN_GLIDE_MS, intervalMs * SLACK, unhurriedMs));
  const course = report.headingDeg ?? (stepM > MIN_COURSE_M ? bearingDeg(track.to, to) : drawn.courseDeg);
  const fromCourse = drawn.courseDeg ?? course;
  return {
    ...track,
    kind: report.kind ?? track.kind,
    from,
    via,
    to,
    start: now,
    viaAt: now + (wayM > 0 ? glideMs * (toViaM / wayM) : 0),
    end: now + glideMs,
    fromCourse,
    turn: fromCourse === null || course === null ? 0 : turnDeg(fromCourse, course),
    speedMps: report.speedMps ?? stepM / (intervalMs / 1000),
    reportedAt: report.at,
    heardAt,
  };
}
