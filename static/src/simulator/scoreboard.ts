// Truth against detection: what happened, what was found, and how long it took.

import { ago, number } from '../format';
import { isKey, t } from '../i18n';
import { h } from '../ui/dom';
import type { Outcome, Score, Tally } from './client';

/** Outcomes shown, newest first. */
const MAX_OUTCOMES = 12;

export function scoreboard(score: Score, now: number, open: (event: string) => void): HTMLElement {
  const rows: [string, (tally: Tally) => string][] = [
    [t('score.happened'), (tally) => number(tally.happened)],
    [t('score.found'), (tally) => number(tally.found)],
    [t('score.missed'), (tally) => number(tally.missed)],
    [t('score.false'), (tally) => number(tally.falseAlarms)],
    [t('score.median'), (tally) => seconds(tally.medianDelayS)],
    [t('score.longest'), (tally) => seconds(tally.longestDelayS)],
  ];
  const head = h(
    'tr',
    {},
    h('th', {}, h('span', { class: 'unseen' }, t('score.title'))),
    h('th', { scope: 'col' }, t('stats.accidents')),
    h('th', { scope: 'col' }, t('stats.jams')),
  );
  const body = rows.map(([words, value]) =>
    h('tr', {}, h('th', { scope: 'row' }, words), h('td', {}, value(score.accidents)), h('td', {}, value(score.jams))),
  );
  const table = h('table', { class: 'score' }, h('thead', {}, head), h('tbody', {}, ...body));
  const newest = [...score.outcomes].sort((a, b) => b.began - a.began).slice(0, MAX_OUTCOMES);
  const outcomes = newest.map((outcome) => row(outcome, now, open));
  return h('div', {}, table, h('ul', { class: 'outcomes' }, ...outcomes));
}

function row(outcome: Outcome, now: number, open: (event: string) => void): HTMLElement {
  const key = `incident.${outcome.kind}`;
  const kind = isKey(key) ? t(key) : outcome.kind;
  const { event } = outcome;
  const verdict = event
    ? h(
        'button',
        { type: 'button', class: 'text-button', onclick: () => open(event) },
        t('score.foundAfter', { time: seconds(outcome.delayS) }),
      )
    : h('span', { class: 'quiet' }, t(outcome.ended === null ? 'score.notYet' : 'score.notFound'));
  return h(
    'li',
    { class: event ? 'is-found' : 'is-open' },
    h('span', {}, `${kind} · ${ago(outcome.began, now)}`),
    verdict,
  );
}

function seconds(value: number | null): string {
  return value === null ? '–' : `${number(value)} s`;
}
