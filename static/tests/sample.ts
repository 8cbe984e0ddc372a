// Events and stanzas for the tests, as the programs write them.

import { parseEvent, type TrafficEvent } from '../src/model';

export const ACCIDENT = {
  id: '0190f3c2-1111-8aaa-8bbb-000000000001',
  revision: 1,
  type: 'accident',
  phase: 'started',
  occurred_at: '2026-03-01T12:00:00.000Z',
  detected_at: '2026-03-01T12:00:02.000Z',
  ended_at: null,
  position: { lat: 60.17, lon: 24.94 },
  geometry: { type: 'Point', coordinates: [24.94, 60.17] },
  road: { id: '4236349.0', name: 'Mannerheimintie' },
  zone: null,
  vehicles: ['v1', 'v2'],
  confidence: 0.93,
  cause: { code: 2, subcause: 0 },
  measures: { vehicles: 2 },
};

/** An event that differs from the accident above in what is given. */
export function event(changes: Record<string, unknown> = {}): TrafficEvent {
  const parsed = parseEvent({ ...ACCIDENT, ...changes });
  if (!parsed) throw new Error('the sample is no event');
  return parsed;
}

export function element(xml: string): Element {
  return new DOMParser().parseFromString(xml, 'application/xml').documentElement;
}

export function payload(datatype: string, json: unknown): string {
  const text = JSON.stringify(json).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<payload xmlns="urn:xmpp:json-msg:0" datatype="${datatype}"><json xmlns="urn:xmpp:json:0">${text}</json></payload>`;
}
