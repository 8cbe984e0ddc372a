// Events over time: bars by type, stacked.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { language, t } from '../i18n';
import { EVENT_TYPES, type EventType } from '../model';
import { h } from '../ui/dom';
import type { SeriesEntry } from './client';

const HEIGHT = 220;

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
/** Steps of the axis of time, seconds. */
const HOURS = [1, 2, 3, 6, 12, 24, 48].map((hours) => hours * HOUR_S);
const DAYS = [1, 2, 7, 14, 28, 56].map((days) => days * DAY_S);

/** The types' colours; what stands on top is drawn first, so the order is that of the stack from above. */
const COLOURS: Record<EventType, string> = {
  accident: '--accident',
  jam: '--map-jam',
  zone_entry: '--map-zone',
  zone_exit: '--quiet',
};

export function seriesChart(series: readonly SeriesEntry[], step: 'hour' | 'day'): HTMLElement {
  const element = h('div', { class: 'chart' });
  const times = series.map(({ from }) => from / 1000);
  const stack = stacked(series);
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string): string => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  // The first and the last bar have room for their whole width.
  const half = (step === 'day' ? DAY_S : HOUR_S) / 2;
  const bars = uPlot.paths.bars?.({ size: [0.8, 60] });
  const options: uPlot.Options = {
    width: 600,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { range: (_, from, to) => [from - half, to + half] },
      y: { range: (_, __, max) => [0, Math.max(4, max * 1.05)] },
    },
    axes: [
      { ...axis, incrs: step === 'day' ? DAYS : HOURS, values: (_, ticks) => ticks.map((at) => tick(at * 1000, step)) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000] },
    ],
    series: [
      {
        label: t(step === 'day' ? 'stats.theDay' : 'stats.theHour'),
        value: (_, at) => (at === null ? '' : moment(at * 1000, step)),
      },
      ...EVENT_TYPES.map((type) => ({
        label: t(`type.${type}`),
        fill: colour(COLOURS[type]),
        stroke: colour(COLOURS[type]),
        width: 0,
        points: { show: false },
        ...(bars ? { paths: bars } : {}),
        value: (_: uPlot, __: number | null, ___: number, index: number | null) =>
          index === null ? '' : String(series[index]?.counts[type] ?? 0),
      })),
    ],
  };
  const chart = new uPlot(options, [times, ...stack], element);
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0 && width !== chart.width) chart.setSize({ width, height: HEIGHT });
  }).observe(element);
  return element;
}

/** For each type the sum of it and of those after it, so that bars drawn in this order look stacked. */
export function stacked(series: readonly SeriesEntry[]): number[][] {
  return EVENT_TYPES.map((_, first) =>
    series.map(({ counts }) => EVENT_TYPES.slice(first).reduce((sum, type) => sum + (counts[type] ?? 0), 0)),
  );
}

function tick(at: number, step: 'hour' | 'day'): string {
  const date = new Date(at);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  const format: Intl.DateTimeFormatOptions =
    step === 'day' || midnight
      ? { day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Intl.DateTimeFormat(language.get(), format).format(date);
}

function moment(at: number, step: 'hour' | 'day'): string {
  const format: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
  if (step === 'hour') Object.assign(format, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return new Intl.DateTimeFormat(language.get(), format).format(at);
}
