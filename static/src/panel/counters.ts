// How many of each type are going on. They filter: pressed ones alone are shown.

import { t } from '../i18n';
import { EVENT_TYPES, type EventType, type TrafficEvent } from '../model';
import { h, setText } from '../ui/dom';
import { icon } from '../ui/icons';
import type { ViewState } from '../ui/state';

export class Counters {
  readonly element = h('div', { class: 'counters', role: 'group' });
  readonly #buttons = new Map<EventType, { button: HTMLButtonElement; count: HTMLElement }>();

  constructor(readonly state: ViewState) {
    for (const type of EVENT_TYPES) {
      const count = h('b', {}, '0');
      const button = h(
        'button',
        { type: 'button', class: `counter counter-${type}`, onclick: () => state.toggle(type) },
        icon(type),
        count,
      );
      this.#buttons.set(type, { button, count });
      this.element.append(button);
    }
  }

  show(ongoing: readonly TrafficEvent[]): void {
    this.element.setAttribute('aria-label', t('list.filters'));
    for (const [type, { button, count }] of this.#buttons) {
      const n = ongoing.filter((event) => event.type === type).length;
      setText(count, String(n));
      button.classList.toggle('is-none', n === 0);
      button.setAttribute('aria-pressed', String(this.state.types.get().includes(type)));
      button.setAttribute('aria-label', `${t(`type.${type}`)}: ${n}`);
      button.title = t(`type.${type}`);
    }
  }
}
