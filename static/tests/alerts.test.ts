import { beforeEach, expect, test, vi } from 'vitest';

const played: string[] = [];
vi.mock('../src/alerts/chime', () => ({ chime: (type: string) => played.push(type) }));

import { Alerts } from '../src/alerts/alerts';
import { EventStore } from '../src/live/events';
import { event } from './sample';

beforeEach(() => {
  played.length = 0;
  localStorage.clear();
});

test('only who switched it on hears, of what lasts and is shown, once for what begins together', async () => {
  const store = new EventStore();
  const alerts = new Alerts(
    store,
    ({ id }) => id !== 'hidden',
    () => {},
  );
  store.published(event({ id: 'before', type: 'accident', phase: 'started' }));
  expect(played).toEqual([]);
  await alerts.switch();
  expect(played).toEqual(['jam']);
  store.published(event({ id: 'hidden', type: 'accident', phase: 'started' }));
  store.published(event({ id: 'entry', type: 'zone_entry', phase: 'started' }));
  expect(played).toEqual(['jam']);
  store.published(event({ id: 'crash', type: 'accident', phase: 'started' }));
  store.published(event({ id: 'queue', type: 'jam', phase: 'started' }));
  expect(played).toEqual(['jam', 'accident']);
  await alerts.switch();
  expect(localStorage.getItem('vigiroute.alerts')).toBe('off');
});
