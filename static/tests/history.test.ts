import { expect, test } from 'vitest';
import { fromInput, parameters, quickSpan, toInput } from '../src/history/filter';

const NOW = new Date(2026, 5, 10, 14, 30, 15).getTime();

test('days are local days', () => {
  expect(quickSpan('today', NOW)).toEqual({ from: new Date(2026, 5, 10).getTime(), to: NOW });
  expect(quickSpan('yesterday', NOW)).toEqual({
    from: new Date(2026, 5, 9).getTime(),
    to: new Date(2026, 5, 10).getTime(),
  });
});

test('only what is chosen is asked for', () => {
  const filter = { from: 0, to: 60_000, types: ['jam', 'accident'] as const, road: '', zone: ' centre ', vehicle: '' };
  expect(parameters(filter).toString()).toBe(
    'from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A01%3A00.000Z&type=accident%2Cjam&zone=centre',
  );
});

test('a moment goes into an input and comes back', () => {
  expect(toInput(NOW)).toBe('2026-06-10T14:30');
  expect(fromInput(toInput(NOW))).toBe(NOW - 15_000);
  expect(fromInput('')).toBeNull();
});
