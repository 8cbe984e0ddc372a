// The list: what is going on, then entries and exits as they pass, then what has ended.

import { language, t } from '../i18n';
import type { EventStore } from '../live/events';
import { isEpisode, type TrafficEvent } from '../model';
import type { Watched } from '../signal';
import { h, setChildren, setText } from '../ui/dom';
import type { ViewState } from '../ui/state';
import { Counters } from './counters';
import { Row } from './row';

/** Rows of a part; more are counted but not shown. */
const MAX_ROWS = 80;
/** Changes within this time are shown together. */
const GATHER_MS = 80;

export interface ListActions {
  open(id: string): void;
  centre(id: string): void;
}

export class EventList {
  readonly element: HTMLElement;
  readonly search: HTMLInputElement;
  readonly #counters: Counters;
  readonly #rows = new Map<string, Row>();
  readonly #heading = h('span');
  readonly #count = h('span', { class: 'count' });
  readonly #episodes = h('ul', { class: 'rows' });
  readonly #crossings = h('ul', { class: 'rows rows-crossings' });
  readonly #ended = h('ul', { class: 'rows rows-ended' });
  readonly #crossingsTitle = h('h3');
  readonly #endedTitle = h('h3');
  readonly #log: HTMLElement;
  readonly #empty = h('p', { class: 'empty' });
  readonly #clear: HTMLButtonElement;
  #gathering = false;

  constructor(
    readonly store: EventStore,
    readonly state: ViewState,
    readonly connected: Watched<boolean>,
    readonly actions: ListActions,
  ) {
    this.#counters = new Counters(state);
    this.search = h('input', { type: 'search', class: 'search', oninput: () => state.search.set(this.search.value) });
    this.#clear = h('button', { type: 'button', class: 'text-button', onclick: () => state.clearFilter() });
    this.#log = h('div', { role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions' }, this.#episodes);
    this.element = h(
      'div',
      { class: 'list' },
      h('div', { class: 'list-head' }, h('h2', {}, this.#heading, this.#count), this.#counters.element, this.search),
      h(
        'div',
        { class: 'list-body', tabindex: 0, role: 'region' },
        this.#log,
        h('div', { class: 'empty-state' }, this.#empty, this.#clear),
        this.#crossingsTitle,
        this.#crossings,
        this.#endedTitle,
        this.#ended,
      ),
    );
    store.changed.listen(() => this.#later());
    for (const part of [state.types, state.search, connected, language]) {
      (part as Watched<unknown>).watch(() => this.#later());
    }
    this.#show();
  }

  /** Time goes on. */
  tick(now: number): void {
    for (const row of this.#rows.values()) row.tick(now);
  }

  /** Moves the focus down (1) or up (−1) the list. */
  step(by: 1 | -1): void {
    const rows = [...this.element.querySelectorAll<HTMLElement>('.row > button')];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    rows[next]?.focus();
  }

  focusRow(id: string): void {
    this.#rows.get(id)?.focus();
  }

  #later(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      this.#show();
    }, GATHER_MS);
  }

  #show(): void {
    const ongoing = this.store.ongoing();
    const shown = ongoing.filter((event) => this.state.shows(event));
    const episodes = shown.filter(({ type }) => isEpisode(type)).slice(0, MAX_ROWS);
    const crossings = shown.filter(({ type }) => !isEpisode(type)).slice(0, MAX_ROWS);
    const ended = this.store
      .ended()
      .filter((event) => this.state.shows(event))
      .slice(0, MAX_ROWS);

    setText(this.#heading, t('list.now'));
    // Entries and exits happen and are over: only what lasts is counted as going on.
    setText(this.#count, ` · ${shown.filter(({ type }) => isEpisode(type)).length}`);
    setText(this.#crossingsTitle, t('list.crossings'));
    setText(this.#endedTitle, t('list.ended'));
    this.#crossingsTitle.hidden = crossings.length === 0;
    this.#endedTitle.hidden = ended.length === 0;
    this.#log.setAttribute('aria-label', t('list.now'));
    this.element.querySelector('.list-body')?.setAttribute('aria-label', t('app.panel'));
    this.search.placeholder = t('list.search');
    this.search.setAttribute('aria-label', t('list.search'));
    if (this.search.value !== this.state.search.get()) this.search.value = this.state.search.get();
    this.#counters.show(ongoing);
    this.#showEmpty(shown.length === 0);

    const rows = new Map<string, Row>();
    setChildren(this.#episodes, this.#elementsOf(episodes, rows));
    setChildren(this.#crossings, this.#elementsOf(crossings, rows));
    setChildren(this.#ended, this.#elementsOf(ended, rows));
    this.#rows.clear();
    for (const [id, row] of rows) this.#rows.set(id, row);
  }

  #elementsOf(events: readonly TrafficEvent[], rows: Map<string, Row>): HTMLElement[] {
    const now = Date.now();
    return events.map((event) => {
      const row = this.#rows.get(event.id) ?? new Row(event, this.actions.open, this.actions.centre);
      row.show(event, this.store.isOngoing(event.id), now);
      rows.set(event.id, row);
      return row.element;
    });
  }

  #showEmpty(isEmpty: boolean): void {
    this.#empty.hidden = !isEmpty;
    this.#clear.hidden = !this.state.isFiltered;
    setText(this.#clear, t('list.clear'));
    const key = this.state.isFiltered
      ? 'list.emptyFilter'
      : this.connected.get()
        ? 'list.emptyNow'
        : 'list.emptyConnecting';
    setText(this.#empty, t(key));
  }
}
