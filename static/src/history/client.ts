// The history over REST, a page at a time.

import { getJson } from '../api';
import { isRecord, parseEvent, type TrafficEvent } from '../model';
import { type HistoryFilter, parameters } from './filter';

const PAGE = 100;

export interface Page {
  events: TrafficEvent[];
  /** Where the next page begins; null on the last. */
  next: string | null;
}

/** A page of events, newest first. */
export async function getPage(filter: HistoryFilter, cursor: string | null): Promise<Page> {
  const query = parameters(filter);
  query.set('limit', String(PAGE));
  if (cursor) query.set('cursor', cursor);
  const page = await getJson(`/events?${query}`);
  if (!isRecord(page) || !Array.isArray(page.events)) return { events: [], next: null };
  return {
    events: page.events.flatMap((event) => parseEvent(event) ?? []),
    next: typeof page.next === 'string' ? page.next : null,
  };
}

/** Where all of it can be had as CSV. */
export function csvAddress(filter: HistoryFilter): string {
  return `/api/v1/events.csv?${parameters(filter)}`;
}
