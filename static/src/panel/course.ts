// How a jam went: its mean speed and its length over time, from its revisions.

import type { Revision } from '../api';
import { clock, length, speed } from '../format';
import { t } from '../i18n';
import { h } from '../ui/dom';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 320;
const HEIGHT = 70;
/** Room for the line's own width. */
const MARGIN = 3;

export interface Moment {
  /** Epoch milliseconds. */
  at: number;
  value: number;
}

/** A curve for each thing that the revisions measure more than once. */
export function courseOf(revisions: readonly Revision[]): HTMLElement | null {
  const of = (value: (revision: Revision) => number | undefined): Moment[] =>
    revisions.flatMap((revision) => {
      const measured = value(revision);
      return measured === undefined ? [] : [{ at: revision.event.detectedAt, value: measured }];
    });
  const curves = [
    curve(
      t('detail.meanSpeed'),
      of(({ event }) => event.measures.mean_speed_mps),
      speed,
    ),
    curve(
      t('detail.length'),
      of(({ event }) => event.measures.length_m),
      length,
    ),
  ].filter((element) => element !== null);
  return curves.length > 0 ? h('section', { class: 'courses' }, ...curves) : null;
}

function curve(title: string, moments: readonly Moment[], words: (value: number) => string): HTMLElement | null {
  const [first, last] = [moments[0], moments.at(-1)];
  if (!first || !last || last.at <= first.at) return null;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('class', 'course');
  svg.setAttribute('role', 'img');
  const values = moments.map(({ value }) => value);
  const range = `${words(Math.min(...values))} – ${words(Math.max(...values))}`;
  svg.setAttribute('aria-label', `${title}: ${range}, ${clock(first.at)} – ${clock(last.at)}`);
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', pathOf(moments));
  svg.append(line);
  const ends = h('p', { class: 'quiet course-ends' }, h('span', {}, clock(first.at)), h('span', {}, clock(last.at)));
  return h('figure', {}, h('figcaption', {}, title, h('span', { class: 'quiet' }, ` ${range}`)), svg, ends);
}

/** The curve as an SVG path: from zero up, each value holding until the next. */
export function pathOf(moments: readonly Moment[]): string {
  const [first, last] = [moments[0], moments.at(-1)];
  if (!first || !last) return '';
  const most = Math.max(...moments.map(({ value }) => value), Number.EPSILON);
  const x = (at: number): string => ((WIDTH * (at - first.at)) / (last.at - first.at)).toFixed(1);
  const y = (value: number): string => (MARGIN + (HEIGHT - 2 * MARGIN) * (1 - value / most)).toFixed(1);
  const steps = moments.slice(1).map(({ at, value }) => `H${x(at)}V${y(value)}`);
  return `M${x(first.at)} ${y(first.value)}${steps.join('')}`;
}
