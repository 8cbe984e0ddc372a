// The panel: the list, or the opened event in its place.

import { language, t } from '../i18n';
import type { EventStore } from '../live/events';
import type { TrafficEvent } from '../model';
import type { Watched } from '../signal';
import { h } from '../ui/dom';
import type { ViewState } from '../ui/state';
import { Detail } from './detail';
import { EventList } from './list';
import { Sheet } from './sheet';

export interface PanelActions {
  /** Opens an event from the list: the map goes there. */
  open(id: string): void;
  /** Puts an event in the middle of the map. */
  centre(id: string): void;
  found(event: TrafficEvent): void;
  reshaped(): void;
}

export class Panel {
  readonly element = h('aside', { class: 'panel' });
  readonly sheet: Sheet;
  readonly #list: EventList;
  readonly #detail: Detail;
  #cameFrom: string | null = null;

  constructor(
    readonly store: EventStore,
    readonly state: ViewState,
    connected: Watched<boolean>,
    actions: PanelActions,
  ) {
    this.sheet = new Sheet(this.element, actions.reshaped);
    this.#list = new EventList(store, state, connected, actions);
    this.#detail = new Detail(store, {
      back: () => state.open(null),
      show: (id) => actions.centre(id),
      found: (event) => actions.found(event),
    });
    this.element.append(this.sheet.handle, this.#list.element, this.#detail.element);
    state.opened.watch((id) => this.#open(id));
    language.watch(() => this.element.setAttribute('aria-label', t('app.panel')));
  }

  tick(now: number): void {
    this.#list.tick(now);
    this.#detail.tick(now);
  }

  /** Moves through the list; an opened event gives way to it. */
  step(by: 1 | -1): void {
    if (this.state.opened.get()) this.state.open(null);
    else this.#list.step(by);
  }

  search(): void {
    this.state.open(null);
    this.sheet.reveal();
    this.#list.search.focus();
  }

  #open(id: string | null): void {
    const inPanel = this.element.contains(document.activeElement);
    this.#list.element.hidden = id !== null;
    this.#detail.element.hidden = id === null;
    this.#detail.open(id);
    if (id) {
      this.#cameFrom = id;
      this.sheet.reveal();
      if (inPanel) this.#detail.element.focus({ preventScroll: true });
    } else if (this.#cameFrom) {
      if (inPanel || document.activeElement === document.body) this.#list.focusRow(this.#cameFrom);
      this.#cameFrom = null;
    }
  }
}
