// One event in the list.

import { ago, fullTime } from '../format';
import { t } from '../i18n';
import type { TrafficEvent } from '../model';
import { h, setText } from '../ui/dom';
import { icon } from '../ui/icons';
import { moreOf, titleOf, whereOf } from './words';

export class Row {
  readonly element: HTMLLIElement;
  readonly #button: HTMLButtonElement;
  readonly #title = h('span', { class: 'row-title' });
  readonly #where = h('span', { class: 'row-where' });
  readonly #more = h('span', { class: 'row-more' });
  readonly #ago = h('time', { class: 'row-ago' });
  #event: TrafficEvent;
  #ongoing = true;

  constructor(event: TrafficEvent, open: (id: string) => void, centre: (id: string) => void) {
    this.#event = event;
    this.#button = h(
      'button',
      { type: 'button', onclick: () => open(event.id), ondblclick: () => centre(event.id) },
      icon(event.type),
      this.#title,
      this.#ago,
      h('span', { class: 'row-line' }, this.#where, this.#more),
    );
    this.element = h('li', { class: `row row-${event.type}`, 'data-event': event.id }, this.#button);
  }

  show(event: TrafficEvent, ongoing: boolean, now: number): void {
    this.#event = event;
    this.#ongoing = ongoing;
    this.element.classList.toggle('is-ended', !ongoing);
    setText(this.#title, titleOf(event));
    setText(this.#where, whereOf(event));
    setText(this.#more, moreOf(event));
    this.#ago.dateTime = new Date(event.occurredAt).toISOString();
    this.tick(now);
  }

  /** Time goes on. */
  tick(now: number): void {
    const { endedAt, occurredAt } = this.#event;
    const over = !this.#ongoing && endedAt !== null;
    setText(this.#ago, over ? t('row.ended', { ago: ago(endedAt, now) }) : ago(occurredAt, now));
    this.#ago.title = fullTime(over ? endedAt : occurredAt);
  }

  focus(): void {
    this.#button.focus();
  }

  get hasFocus(): boolean {
    return document.activeElement === this.#button;
  }
}
