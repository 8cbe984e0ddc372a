import { expect, test } from 'vitest';
import { paths } from '../src/statistics/client';
import { csv } from '../src/statistics/csv';
import { stacked } from '../src/statistics/series-chart';
import { spanOf } from '../src/statistics/span';
import { tint, weekday } from '../src/statistics/week-map';

test('CSV is quoted where it must be, and never a formula', () => {
  expect(
    csv(
      ['a', 'b'],
      [
        ['x,"y"', 1.5],
        ['=1+1', null],
      ],
    ),
  ).toBe('a,b\r\n"x,""y""",1.5\r\n\'=1+1,\r\n');
});

test('bars stand on those after them', () => {
  const series = [{ from: 0, counts: { accident: 1, jam: 2, zone_exit: 4 } }];
  expect(stacked(series)).toEqual([[7], [6], [4], [4]]);
});

test('any count above none is seen', () => {
  expect([tint(0, 100), tint(1, 100), tint(20, 100), tint(21, 100), tint(100, 100), tint(0, 0)]).toEqual([
    0, 1, 1, 2, 5, 0,
  ]);
});

test('the week begins on Monday', () => {
  expect([weekday(0), weekday(6)]).toEqual(['Mon', 'Sun']);
});

test('the span and the time zone are in the request', () => {
  const span = spanOf('day', Date.UTC(2026, 0, 2));
  expect(paths(span, 'Europe/Helsinki').series).toBe(
    '/statistics/events?from=2026-01-01T00%3A00%3A00.000Z&to=2026-01-02T00%3A00%3A00.000Z&time_zone=Europe%2FHelsinki',
  );
});
