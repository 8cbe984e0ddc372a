import { beforeEach, expect, test } from 'vitest';
import * as format from '../src/format';
import { language, plural, t } from '../src/i18n';
import { en } from '../src/i18n/en';
import { fr } from '../src/i18n/fr';
import type { FeedState } from '../src/live/feed';
import { moreOf, titleOf, whereOf } from '../src/panel/words';
import { statusOf } from '../src/status/words';
import { event } from './sample';

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
const NOW = Date.parse('2026-03-01T12:00:00Z');

beforeEach(() => language.set('en'));

test('French says everything that English says, with the same figures in it', () => {
  const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[])
    expect([key, holes(fr[key])]).toEqual([key, holes(en[key])]);
});

test('metres up to a thousand, then kilometres with one decimal', () => {
  expect(format.length(619.6)).toBe('620 m');
  expect(format.length(999.4)).toBe('999 m');
  expect(format.length(999.6)).toBe('1.0 km');
  expect(format.length(12_340)).toBe('12.3 km');
  language.set('fr');
  expect(format.length(1234)).toBe('1,2 km');
});

test('speeds are km/h', () => {
  expect(format.speed(1.9)).toBe('7 km/h');
});

test('how long ago is said roughly, and what is to come is now', () => {
  const said = [-3, 2, 42, 60, 150, 3_700, 90_000, 180_000].map((s) => format.ago(NOW - s * 1000, NOW));
  expect(said).toEqual([
    'just now',
    'just now',
    '42 s ago',
    '1 min ago',
    '2 min ago',
    '1 h ago',
    '1 day ago',
    '2 days ago',
  ]);
  language.set('fr');
  expect(format.ago(NOW - 150_000, NOW)).toBe('il y a 2 min');
});

test('spans', () => {
  expect([0, 45_000, 120_000, 140_000, 3_900_000].map(format.span)).toEqual([
    '0 s',
    '45 s',
    '2 min',
    '2 min 20 s',
    '1 h 05 min',
  ]);
});

test('numbers and plurals follow the language', () => {
  expect(plural('status.vehicles', 1)).toBe('1 vehicle');
  expect(plural('status.vehicles', 4812)).toBe('4,812 vehicles');
  language.set('fr');
  expect(plural('status.vehicles', 0)).toBe('0 véhicule');
  expect(plain(plural('status.vehicles', 4812))).toBe('4 812 véhicules');
});

test('rows say type, place and measures', () => {
  const jam = event({ type: 'jam', measures: { vehicles: 41, mean_speed_mps: 1.9, length_m: 620, delay_s: 140 } });
  expect([titleOf(jam), whereOf(jam), moreOf(jam)]).toEqual([
    'Traffic jam 620 m',
    'Mannerheimintie',
    '41 vehicles · 7 km/h · +2 min 20 s',
  ]);
  expect(moreOf(event())).toBe('2 vehicles · 93%');
  expect(whereOf(event({ road: { id: '1', name: null } }))).toBe('Road without a name');
  language.set('fr');
  expect(titleOf(event({ type: 'zone_exit' }))).toBe('Sortie de zone');
});

test('the status line tells each state, its reason and what happens next', () => {
  const node = (name: string): string => name;
  const status = (state: FeedState, pictureAt: number | null = NOW - 500) => statusOf(state, pictureAt, NOW, node);
  const live: FeedState & { kind: 'live' } = { kind: 'live', since: NOW - 60_000, missing: [] };
  const lost = { kind: 'lost', reason: 'cut', since: NOW - 2_000, retryAt: NOW + 3_200 } as const;
  expect(status({ kind: 'connecting' })).toMatchObject({ level: 'warning', text: 'connecting …' });
  expect(status(live)).toMatchObject({ level: 'good', text: 'live' });
  expect(status(live, NOW - 7_000)).toMatchObject({ level: 'warning', text: 'connected, but no traffic for 7 s' });
  expect(status(live, NOW - 20_000).level).toBe('bad');
  expect(status({ ...live, missing: ['jams'] }).text).toBe('live; not available yet: jams');
  const clock = format.clock(NOW - 500);
  expect(status(lost)).toMatchObject({
    level: 'warning',
    text: `Live feed lost: connection cut. The map shows ${clock}. Trying again in 4 s.`,
    shortText: `Live feed lost: connection cut. The map shows ${clock}.`,
  });
  expect(status({ ...lost, since: NOW - 9_000, retryAt: NOW - 1 })).toMatchObject({ level: 'bad' });
  expect(status({ ...lost, retryAt: NOW - 1 }).text).toContain(t('status.retryNow'));
  expect(status({ ...lost, reason: 'unreachable' }, null).text).toBe('No live feed: no answer. Trying again in 4 s.');
});
