// The status line: always there; calm while all is well, amber and then red with the reason when it is not.

import * as format from '../format';
import { plural, t } from '../i18n';
import type { FeedState } from '../live/feed';
import type { Traffic } from '../live/traffic';
import { h, setText } from '../ui/dom';
import { statusOf } from './words';

export class StatusLine {
  readonly element: HTMLElement;
  readonly #dot = h('i', { class: 'dot' });
  readonly #text = h('span', { class: 'status-text' });
  readonly #figures = h('span', { class: 'status-figures' });
  readonly #clock = h('time', { class: 'clock' });
  /** Says a change of state aloud, without the countdown. */
  readonly #spoken = h('span', { class: 'unseen', role: 'status' });
  #traffic: { picture: Traffic; at: number } | null = null;

  constructor(
    readonly feed: () => FeedState,
    readonly nodeName: (node: string) => string,
  ) {
    this.element = h('footer', { class: 'status' }, this.#dot, this.#text, this.#figures, this.#spoken, this.#clock);
  }

  /** A traffic picture came. */
  picture(picture: Traffic, at: number): void {
    this.#traffic = { picture, at };
    this.tick(at);
  }

  tick(now: number): void {
    const { level, text, shortText } = statusOf(this.feed(), this.#traffic?.at ?? null, now, this.nodeName);
    this.element.dataset.level = level;
    this.element.dataset.feed = this.feed().kind;
    this.element.setAttribute('aria-label', t('status.label'));
    setText(this.#text, text);
    setText(this.#spoken, shortText);
    setText(this.#figures, this.#figuresText());
    setText(this.#clock, format.clock(now));
  }

  #figuresText(): string {
    if (!this.#traffic) return '';
    const { vehicles, reportsPerS, delayS } = this.#traffic.picture;
    const rate = format.number(reportsPerS);
    return [
      plural('status.vehicles', vehicles),
      t('status.rate', { n: rate }),
      t('status.delay', { n: format.number(delayS, 1, 1) }),
    ].join(' · ');
  }
}
