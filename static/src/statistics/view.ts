// The statistics: what was stored, counted, over a span that ends now.

import { ApiError } from '../api';
import { span as duration, number } from '../format';
import { language, t } from '../i18n';
import { EVENT_TYPES } from '../model';
import { h, setText } from '../ui/dom';
import type { ViewState } from '../ui/state';
import { theme } from '../ui/theme';
import { card } from './card';
import { getStatistics, paths, type Statistics } from './client';
import { seriesChart } from './series-chart';
import { SPANS, type Span, type SpanName, spanOf } from './span';
import { table } from './table';
import { weekday, weekMap } from './week-map';

/** How often the figures are asked for while they are looked at. */
const REFRESH_MS = 60_000;

export class StatisticsView {
  readonly element = h('main', { class: 'statistics' });
  readonly #title = h('h2');
  readonly #spans = h('div', { class: 'spans', role: 'group' });
  readonly #message = h('p', { class: 'message', role: 'status' });
  readonly #cards = h('div', { class: 'cards' });
  readonly #timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  #shown: { span: Span; found: Statistics } | null = null;
  #askedAt = 0;
  #asking = 0;

  constructor(readonly state: ViewState) {
    for (const name of SPANS) {
      this.#spans.append(
        h('button', { type: 'button', class: 'span', 'data-span': name, onclick: () => state.span.set(name) }),
      );
    }
    this.element.append(h('header', {}, this.#title, this.#spans), this.#message, this.#cards);
    language.watch(() => this.#paint());
    theme.watch(() => this.#paint());
    state.view.watch((view) => {
      this.element.hidden = view !== 'statistics';
      if (view === 'statistics') void this.#ask();
    });
    state.span.watch(() => {
      this.#paint();
      if (!this.element.hidden) void this.#ask();
    });
  }

  /** Time goes on: figures that are looked at are renewed. */
  tick(now: number): void {
    if (!this.element.hidden && now - this.#askedAt > REFRESH_MS) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking += 1;
    const asked = this.#asking;
    this.#askedAt = Date.now();
    const span = spanOf(this.state.span.get(), this.#askedAt);
    if (!this.#shown) setText(this.#message, t('stats.loading'));
    try {
      const found = await getStatistics(span, this.#timeZone);
      if (asked !== this.#asking) return;
      this.#shown = { span, found };
      setText(this.#message, '');
      this.#paint();
    } catch (error) {
      if (asked !== this.#asking) return;
      const detail = error instanceof ApiError ? error.message : String(error);
      setText(this.#message, t('stats.failed', { detail }));
    }
  }

  #paint(): void {
    setText(this.#title, t('rail.statistics'));
    this.element.setAttribute('aria-label', t('rail.statistics'));
    this.#spans.setAttribute('aria-label', t('stats.span'));
    for (const button of this.#spans.querySelectorAll('button')) {
      const name = SPANS.find((known) => known === button.dataset.span) ?? 'week';
      setText(button, t(`stats.${name satisfies SpanName}`));
      button.setAttribute('aria-pressed', String(name === this.state.span.get()));
    }
    if (!this.#shown) return;
    const { span, found } = this.#shown;
    const path = paths(span, this.#timeZone);
    this.#cards.replaceChildren(
      this.#series(found, path.series),
      this.#week(found, path.week),
      this.#roads(found, path.roads),
      this.#zones(found, path.zones),
      this.#delays(found, path.delays),
    );
  }

  #series({ series, step }: Statistics, path: string): HTMLElement {
    const some = series.some(({ counts }) => Object.keys(counts).length > 0);
    const rows = series.map(({ from, counts }) => [
      new Date(from).toISOString(),
      ...EVENT_TYPES.map((type) => counts[type] ?? 0),
    ]);
    const body = some ? seriesChart(series, step) : h('div');
    const title = step === 'hour' ? 'stats.byHour' : 'stats.byDay';
    return card({ title, path, file: 'events', header: ['from', ...EVENT_TYPES], rows: some ? rows : [], body });
  }

  #week({ week }: Statistics, path: string): HTMLElement {
    const some = week.flat().some((count) => count > 0);
    const rows = week.flatMap((day, at) => day.map((count, hour) => [weekday(at), hour, count]));
    const header = ['weekday', 'hour', 'events'];
    return card({ title: 'stats.byWeek', path, file: 'week', header, rows: some ? rows : [], body: weekMap(week) });
  }

  #roads({ roads }: Statistics, path: string): HTMLElement {
    const body = table(
      [t('detail.road'), t('stats.accidents'), t('stats.jams'), t('stats.jamMinutes'), t('stats.delay')],
      roads.map((road) => [
        road.name ?? `${t('road.unnamed')} (${road.id})`,
        number(road.accidents),
        number(road.jams),
        number(road.jamMinutes),
        duration(road.meanDelayS * 1000),
      ]),
      t('stats.roads'),
    );
    const header = ['road', 'name', 'accidents', 'jams', 'jam_minutes', 'mean_delay_s', 'max_delay_s'];
    const rows = roads.map((road) => [
      road.id,
      road.name,
      road.accidents,
      road.jams,
      road.jamMinutes,
      road.meanDelayS,
      road.maxDelayS,
    ]);
    return card({ title: 'stats.roads', path, file: 'roads', header, rows, body });
  }

  #zones({ zones }: Statistics, path: string): HTMLElement {
    const body = table(
      [t('detail.zone'), t('stats.entries'), t('stats.exits'), t('stats.vehicles'), t('stats.dwell')],
      zones.map((zone) => [
        zone.name,
        number(zone.entries),
        number(zone.exits),
        number(zone.vehicles),
        zone.dwell ? `${duration(zone.dwell.median_s * 1000)} · ${duration(zone.dwell.p95_s * 1000)}` : '–',
      ]),
      t('stats.zones'),
    );
    const header = ['zone', 'name', 'entries', 'exits', 'vehicles', 'dwell_median_s', 'dwell_p95_s'];
    const rows = zones.map((zone) => [
      zone.id,
      zone.name,
      zone.entries,
      zone.exits,
      zone.vehicles,
      zone.dwell?.median_s ?? null,
      zone.dwell?.p95_s ?? null,
    ]);
    return card({ title: 'stats.zones', path, file: 'zones', header, rows, body });
  }

  #delays({ delays }: Statistics, path: string): HTMLElement {
    const known = EVENT_TYPES.flatMap((type) => (delays[type] ? [{ type, spread: delays[type] }] : []));
    const body = table(
      [t('stats.type'), t('stats.events'), t('stats.median'), t('stats.p95'), t('stats.longest')],
      known.map(({ type, spread }) => [
        t(`type.${type}`),
        number(spread.count),
        duration(spread.median_s * 1000),
        duration(spread.p95_s * 1000),
        duration(spread.max_s * 1000),
      ]),
      t('stats.delays'),
    );
    const header = ['type', 'events', 'median_s', 'p95_s', 'max_s'];
    const rows = known.map(({ type, spread }) => [type, spread.count, spread.median_s, spread.p95_s, spread.max_s]);
    return card({ title: 'stats.delays', path, file: 'delays', header, rows, body });
  }
}
