import { expect, test } from 'vitest';
import { courseOf, pathOf } from '../src/panel/course';
import { event } from './sample';

test('values hold until the next, from the first to the last', () => {
  const moments = [
    { at: 1000, value: 0 },
    { at: 2000, value: 10 },
    { at: 5000, value: 5 },
  ];
  expect(pathOf(moments)).toBe('M0.0 67.0H80.0V3.0H320.0V35.0');
});

test('what was measured once has no curve', () => {
  const revision = (at: string, measures: object) => ({ storedAt: 0, event: event({ detected_at: at, measures }) });
  expect(courseOf([revision('2026-03-01T12:00:00Z', { mean_speed_mps: 2 })])).toBeNull();
  const course = courseOf([
    revision('2026-03-01T12:00:00Z', { mean_speed_mps: 2, length_m: 100 }),
    revision('2026-03-01T12:05:00Z', { mean_speed_mps: 5 }),
  ]);
  expect(course?.querySelectorAll('svg')).toHaveLength(1);
  expect(course?.querySelector('svg')?.getAttribute('aria-label')).toMatch(/^Mean speed: 7 km\/h – 18 km\/h, /);
});
