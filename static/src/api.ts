// The programs' REST interface: requests with a limit in time, and errors in words.

import type { FeatureCollection } from 'geojson';
import type { Bounds } from './geo';
import { t } from './i18n';
import { isRecord, type LonLat, parseEvent, type TrafficEvent, time } from './model';
import { Happening } from './signal';

/** A change was refused: nobody is signed in (any more), or may not do it. */
export const refused = new Happening<number>();

const ROOT = '/api/v1';
const TIMEOUT_MS = 15_000;

/** A request that brought nothing usable. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; null if there was no answer. */
    readonly status: number | null,
  ) {
    super(message);
  }
}

/** What the page must know to go live. */
export interface LiveInfo {
  bosh: string;
  domain: string;
  pubsub: string;
  nodes: { accident: string; jam: string; zone: string; traffic: string };
  center: LonLat | null;
  bounds: Bounds | null;
  attribution: string[];
}

export interface Revision {
  /** Epoch milliseconds. */
  storedAt: number;
  event: TrafficEvent;
}

export async function getLive(): Promise<LiveInfo> {
  const live = await getJson('/live');
  if (!isRecord(live) || !isRecord(live.nodes)) throw new ApiError('not what was expected', null);
  const { bosh, domain, pubsub, nodes, center, bounds, attribution } = live;
  return {
    bosh: String(bosh),
    domain: String(domain),
    pubsub: String(pubsub),
    nodes: {
      accident: String(nodes.accident),
      jam: String(nodes.jam),
      zone: String(nodes.zone),
      traffic: String(nodes.traffic),
    },
    center: isNumbers(center, 2) ? (center as LonLat) : null,
    bounds: isNumbers(bounds, 4) ? (bounds as Bounds) : null,
    attribution: Array.isArray(attribution) ? attribution.map(String) : [],
  };
}

export const getBasemap = (): Promise<FeatureCollection> => getFeatures('/basemap');
export const getRoads = (): Promise<FeatureCollection> => getFeatures('/roads');

/** The newest events, of some types or of all, in a rectangle or everywhere. */
export async function getEvents(query: { type?: string; bbox?: string; limit: number }): Promise<TrafficEvent[]> {
  const parameters = new URLSearchParams({ limit: String(query.limit) });
  if (query.type) parameters.set('type', query.type);
  if (query.bbox) parameters.set('bbox', query.bbox);
  const page = await getJson(`/events?${parameters}`);
  if (!isRecord(page) || !Array.isArray(page.events)) throw new ApiError('not what was expected', null);
  return page.events.flatMap((event) => parseEvent(event) ?? []);
}

/** An event with its revisions, oldest first. */
export async function getEvent(id: string): Promise<{ event: TrafficEvent; revisions: Revision[] }> {
  const answer = await getJson(`/events/${encodeURIComponent(id)}`);
  const event = isRecord(answer) ? parseEvent(answer.event) : null;
  if (!isRecord(answer) || !event) throw new ApiError('not what was expected', null);
  const revisions = Array.isArray(answer.revisions)
    ? answer.revisions.flatMap((entry) => parseRevision(entry) ?? [])
    : [];
  return { event, revisions: revisions.sort((a, b) => a.event.revision - b.event.revision) };
}

/** The zones, or null if they are still those with this tag. */
export async function getZones(tag: string | null): Promise<{ zones: FeatureCollection; tag: string | null } | null> {
  const response = await request('/zones', tag ? { 'If-None-Match': tag } : {});
  if (response.status === 304) {
    await response.text();
    return null;
  }
  return { zones: asFeatures(await readJson(response)), tag: response.headers.get('etag') };
}

async function getFeatures(path: string): Promise<FeatureCollection> {
  return asFeatures(await getJson(path));
}

/** The JSON at a path under the API. */
export async function getJson(path: string): Promise<unknown> {
  return readJson(await request(path, {}));
}

/** Asks for a change; gives the JSON of the answer, or null if it has none. */
export async function change(
  method: 'PATCH' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body: unknown,
): Promise<unknown> {
  const asked = body === null ? {} : { body: JSON.stringify(body) };
  const headers: Record<string, string> = body === null ? {} : { 'Content-Type': 'application/json' };
  const response = await request(path, headers, { method, ...asked }).catch((error) => {
    throw inWords(error, path);
  });
  return response.status === 204 ? null : readJson(response);
}

/** Who may not is told what to do; the server's words are for programs. */
function inWords(error: unknown, path: string): unknown {
  // Signing in has words of its own.
  if (!(error instanceof ApiError) || path === '/session') return error;
  if (error.status !== 401 && error.status !== 403) return error;
  refused.tell(error.status);
  return new ApiError(t(error.status === 401 ? 'account.ended' : 'account.notAllowed'), error.status);
}

async function request(path: string, headers: Record<string, string>, more: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      ...more,
      headers: { Accept: 'application/json', ...headers },
      cache: headers['If-None-Match'] ? 'no-store' : 'default',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError('no answer', null);
  }
  if (!response.ok && response.status !== 304) throw new ApiError(await problemOf(response), response.status);
  return response;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ApiError('an answer that cannot be read', response.status);
  }
}

/** The title of an RFC 9457 problem document, or the bare status. */
async function problemOf(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null);
  const words = isRecord(problem) ? (problem.detail ?? problem.title) : null;
  return typeof words === 'string' ? `${response.status}: ${words}` : `HTTP ${response.status}`;
}

function parseRevision(entry: unknown): Revision | null {
  const event = isRecord(entry) ? parseEvent(entry.event) : null;
  return isRecord(entry) && event ? { event, storedAt: time(entry.stored_at) ?? event.detectedAt } : null;
}

function asFeatures(value: unknown): FeatureCollection {
  if (!isRecord(value) || !Array.isArray(value.features)) throw new ApiError('not what was expected', null);
  return value as unknown as FeatureCollection;
}

function isNumbers(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((entry) => Number.isFinite(entry));
}
