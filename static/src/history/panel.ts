// The history: what was stored, by time, type, road, zone and vehicle; a row opens the event on the map.

import { type Key, language, t } from '../i18n';
import { EVENT_TYPES, type EventType, type TrafficEvent } from '../model';
import { Row } from '../panel/row';
import { Happening } from '../signal';
import { h, setText } from '../ui/dom';
import { icon } from '../ui/icons';
import type { ViewState } from '../ui/state';
import { csvAddress, getPage } from './client';
import { fromInput, type HistoryFilter, parameters, QUICK, type Quick, quickSpan, toInput } from './filter';
import { roadsBetween } from './roads';

export class HistoryPanel {
  readonly element = h('aside', { class: 'panel history', 'data-height': 'half' });
  /** The events that are listed now. */
  readonly listed = new Happening<readonly TrafficEvent[]>();
  readonly #title = h('h2');
  readonly #quick = h('div', { class: 'spans', role: 'group' });
  readonly #from = h('input', { type: 'datetime-local', class: 'search', name: 'from' });
  readonly #to = h('input', { type: 'datetime-local', class: 'search', name: 'to' });
  readonly #types = h('div', { class: 'counters', role: 'group' });
  readonly #road = h('select', { class: 'search', name: 'road' });
  readonly #zone = h('select', { class: 'search', name: 'zone' });
  readonly #vehicle = h('input', { type: 'search', class: 'search', name: 'vehicle' });
  readonly #count = h('p', { class: 'quiet', role: 'status' });
  readonly #csv = h('a', { class: 'text-button', download: 'events.csv' });
  readonly #rows = h('ul', { class: 'rows' });
  readonly #more = h('button', { type: 'button', class: 'text-button more' });
  #filter: HistoryFilter;
  #quickOn: Quick | null = 'today';
  #events: TrafficEvent[] = [];
  #next: string | null = null;
  #asking = 0;
  #roadsOf = '';
  readonly #shown: Row[] = [];

  constructor(
    readonly state: ViewState,
    readonly zones: () => readonly { id: string; name: string }[],
    readonly open: (event: TrafficEvent) => void,
  ) {
    this.#filter = { ...quickSpan('today', Date.now()), types: [], road: '', zone: '', vehicle: '' };
    for (const quick of QUICK) {
      this.#quick.append(
        h('button', { type: 'button', class: 'span', 'data-span': quick, onclick: () => this.#choose(quick) }),
      );
    }
    for (const type of EVENT_TYPES) {
      this.#types.append(
        h(
          'button',
          { type: 'button', class: `counter counter-${type}`, 'data-type': type, onclick: () => this.#toggle(type) },
          icon(type),
        ),
      );
    }
    for (const input of [this.#from, this.#to]) input.addEventListener('change', () => this.#setSpan());
    this.#road.addEventListener('change', () => this.#change({ road: this.#road.value }));
    this.#zone.addEventListener('change', () => this.#change({ zone: this.#zone.value }));
    this.#vehicle.addEventListener('change', () => this.#change({ vehicle: this.#vehicle.value }));
    this.#more.addEventListener('click', () => void this.#ask(this.#next));
    const span = h('div', { class: 'pair' }, this.#from, this.#to);
    const places = h('div', { class: 'pair' }, this.#road, this.#zone);
    this.element.append(
      h('header', { class: 'list-head' }, this.#title, this.#quick, span, this.#types, places, this.#vehicle),
      h('div', { class: 'history-sum' }, this.#count, this.#csv),
      h('div', { class: 'list-body', tabindex: 0, role: 'region' }, this.#rows, this.#more),
    );
    language.watch(() => this.#paint());
    state.view.watch((view) => {
      this.element.hidden = view !== 'history';
      if (view !== 'history') return;
      if (this.#quickOn) this.#filter = { ...this.#filter, ...quickSpan(this.#quickOn, Date.now()) };
      void this.#ask(null);
    });
  }

  tick(now: number): void {
    if (!this.element.hidden) for (const row of this.#shown) row.tick(now);
  }

  #choose(quick: Quick): void {
    this.#quickOn = quick;
    this.#change(quickSpan(quick, Date.now()));
  }

  #setSpan(): void {
    const [from, to] = [fromInput(this.#from.value), fromInput(this.#to.value)];
    // The minute that is named is meant to its end.
    const until = to === null ? null : to + 60_000;
    if (from === null || until === null || until <= from) {
      this.#to.setCustomValidity(t('history.order'));
      this.#to.reportValidity();
      return;
    }
    this.#to.setCustomValidity('');
    this.#quickOn = null;
    this.#change({ from, to: until });
  }

  #toggle(type: EventType): void {
    const { types } = this.#filter;
    this.#change({ types: types.includes(type) ? types.filter((other) => other !== type) : [...types, type] });
  }

  #change(part: Partial<HistoryFilter>): void {
    this.#filter = { ...this.#filter, ...part };
    void this.#ask(null);
  }

  /** Asks for the first page, or for one more. */
  async #ask(cursor: string | null): Promise<void> {
    this.#asking += 1;
    const asked = this.#asking;
    this.#paint();
    void this.#offerRoads();
    try {
      const page = await getPage(this.#filter, cursor);
      if (asked !== this.#asking) return;
      this.#events = cursor ? [...this.#events, ...page.events] : page.events;
      this.#next = page.next;
      this.#list();
    } catch (error) {
      if (asked === this.#asking) setText(this.#count, error instanceof Error ? error.message : String(error));
    }
  }

  async #offerRoads(): Promise<void> {
    const { from, to } = this.#filter;
    const span = parameters({ ...this.#filter, types: [], road: '', zone: '', vehicle: '' }).toString();
    if (span === this.#roadsOf) return;
    this.#roadsOf = span;
    const roads = await roadsBetween(from, to).catch(() => []);
    this.#offer(this.#road, 'history.anyRoad', roads, this.#filter.road);
  }

  #offer(select: HTMLSelectElement, any: Key, choices: readonly { id: string; name: string }[], chosen: string): void {
    const known = choices.some(({ id }) => id === chosen) || chosen === '';
    const all = known ? choices : [...choices, { id: chosen, name: chosen }];
    const options = all.map(({ id, name }) => h('option', { value: id }, name));
    select.replaceChildren(h('option', { value: '' }, t(any)), ...options);
    select.value = chosen;
  }

  #paint(): void {
    setText(this.#title, t('rail.history'));
    this.element.setAttribute('aria-label', t('rail.history'));
    this.#quick.setAttribute('aria-label', t('stats.span'));
    this.#types.setAttribute('aria-label', t('list.filters'));
    for (const button of this.#quick.querySelectorAll('button')) {
      const quick = QUICK.find((known) => known === button.dataset.span) ?? 'today';
      setText(button, t(`history.${quick}`));
      button.setAttribute('aria-pressed', String(quick === this.#quickOn));
    }
    for (const button of this.#types.querySelectorAll('button')) {
      const type = EVENT_TYPES.find((known) => known === button.dataset.type) ?? 'accident';
      button.title = t(`type.${type}`);
      button.setAttribute('aria-label', t(`type.${type}`));
      button.setAttribute('aria-pressed', String(this.#filter.types.includes(type)));
    }
    this.#from.value = toInput(this.#filter.from);
    this.#to.value = toInput(this.#filter.to - 60_000);
    this.#from.setAttribute('aria-label', t('history.from'));
    this.#to.setAttribute('aria-label', t('history.to'));
    this.#road.setAttribute('aria-label', t('detail.road'));
    this.#zone.setAttribute('aria-label', t('detail.zone'));
    this.#vehicle.setAttribute('aria-label', t('history.vehicle'));
    this.#vehicle.placeholder = t('history.vehicle');
    this.#offer(this.#zone, 'history.anyZone', this.zones(), this.#filter.zone);
    if (this.#road.childElementCount === 0) this.#offer(this.#road, 'history.anyRoad', [], this.#filter.road);
    setText(this.#csv, t('stats.csv'));
    this.#csv.href = csvAddress(this.#filter);
    setText(this.#more, t('history.more'));
    this.#list();
  }

  #list(): void {
    const now = Date.now();
    this.#shown.length = 0;
    for (const event of this.#events) {
      const row = new Row(
        event,
        () => this.open(event),
        () => this.open(event),
      );
      row.show(event, event.phase !== 'ended', now);
      row.element.classList.remove('is-ended');
      this.#shown.push(row);
    }
    this.#rows.replaceChildren(...this.#shown.map(({ element }) => element));
    this.#more.hidden = this.#next === null;
    const n = this.#events.length;
    const words = n === 0 ? t('history.none') : t(this.#next ? 'history.first' : 'history.all', { n });
    setText(this.#count, words);
    this.listed.tell(this.#events);
  }
}
