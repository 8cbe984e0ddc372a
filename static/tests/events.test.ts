import { expect, test } from 'vitest';
import { EventStore } from '../src/live/events';
import { event } from './sample';

const ids = (events: { id: string }[]): string[] => events.map(({ id }) => id);

test('a later revision replaces an earlier one, and an earlier one never comes back', () => {
  const store = new EventStore();
  store.nodeRead(['accident'], []);
  store.published(event({ revision: 2, confidence: 0.8 }));
  store.published(event({ revision: 1, confidence: 0.5 }));
  expect(store.ongoing().map(({ revision, confidence }) => [revision, confidence])).toEqual([[2, 0.8]]);
  store.history([event({ revision: 3, confidence: 0.9 })]);
  expect(store.ongoing()[0]?.confidence).toBe(0.9);
});

test('an ended event goes to the ended ones before it is retracted', () => {
  const store = new EventStore();
  store.nodeRead(['accident'], [event()]);
  store.published(event({ revision: 2, phase: 'ended', ended_at: '2026-03-01T12:05:00.000Z' }));
  expect(store.ongoing()).toEqual([]);
  expect(store.ended()[0]?.endedAt).toBe(Date.parse('2026-03-01T12:05:00Z'));
});

test('a retracted event is over, and a late revision of it from history does not bring it back', () => {
  const store = new EventStore();
  store.nodeRead(['accident'], [event()]);
  store.retracted(event().id);
  store.history([event({ revision: 4, phase: 'updated' })]);
  expect(store.ongoing()).toEqual([]);
  expect(ids(store.ended())).toEqual([event().id]);
});

test('what a node no longer holds on reconnecting is over; other nodes are left alone', () => {
  const store = new EventStore();
  const jam = event({ id: 'jam-1', type: 'jam' });
  store.nodeRead(['accident'], [event(), event({ id: 'b' })]);
  store.nodeRead(['jam'], [jam]);
  store.nodeRead(['accident'], [event({ id: 'b' })]);
  expect(new Set(ids(store.ongoing()))).toEqual(new Set(['b', 'jam-1']));
  expect(ids(store.ended())).toEqual([event().id]);
});

test('until the nodes are read, history says which episodes go on', () => {
  const store = new EventStore();
  store.history([event(), event({ id: 'z', type: 'zone_entry', zone: { id: 'c', name: 'Centre' } })]);
  expect(ids(store.ongoing())).toEqual([event().id]);
  store.nodeRead(['accident'], []);
  expect(store.ongoing()).toEqual([]);
});

test('newest come first', () => {
  const store = new EventStore();
  const at = (id: string, occurred_at: string) => event({ id, occurred_at });
  store.nodeRead(
    ['accident'],
    [at('old', '2026-03-01T11:00:00Z'), at('new', '2026-03-01T13:00:00Z'), at('mid', '2026-03-01T12:00:00Z')],
  );
  expect(ids(store.ongoing())).toEqual(['new', 'mid', 'old']);
});

test('only what nobody has seen yet appears', () => {
  const store = new EventStore();
  const appeared: string[] = [];
  store.appeared.listen(({ id }) => appeared.push(id));
  store.nodeRead(['accident'], [event()]);
  store.published(event({ revision: 2, phase: 'updated' }));
  store.published(event({ id: 'fresh' }));
  store.published(event({ id: 'over', phase: 'ended', ended_at: '2026-03-01T12:05:00Z' }));
  expect(appeared).toEqual(['fresh']);
});

test('ended entries and exits do not crowd out ended accidents, and are bounded', () => {
  const store = new EventStore();
  store.nodeRead(['zone_entry', 'zone_exit'], []);
  store.history([event({ id: 'crash', phase: 'ended', ended_at: '2026-03-01T12:05:00Z' })]);
  for (let n = 0; n < 250; n += 1) {
    const occurred_at = new Date(Date.parse('2026-03-02T00:00:00Z') + n * 1000).toISOString();
    store.history([event({ id: `z${n}`, type: 'zone_entry', occurred_at })]);
  }
  expect(store.ended().filter(({ type }) => type === 'zone_entry')).toHaveLength(100);
  expect(store.ended().filter(({ type }) => type === 'zone_entry')[0]?.id).toBe('z249');
  expect(ids(store.ended())).toContain('crash');
});
