// The keys, in a dialog.

import { type Key, t } from '../i18n';
import { h } from './dom';

const KEYS: [keys: string[], words: Key][] = [
  [['j', 'k'], 'keys.next'],
  [['Enter'], 'keys.open'],
  [['Esc'], 'keys.close'],
  [['/'], 'keys.search'],
  [['l'], 'keys.live'],
  [['h'], 'rail.history'],
  [['s'], 'rail.statistics'],
  [['z'], 'rail.zones'],
  [['m'], 'rail.simulator'],
  [['?'], 'keys.help'],
];

export class Help {
  readonly element = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' });

  constructor() {
    // A click beside the dialog lands on the dialog itself.
    this.element.addEventListener('click', (click) => click.target === this.element && this.element.close());
  }

  open(): void {
    if (this.element.open) return;
    const list = h('dl', {});
    for (const [keys, words] of KEYS) {
      list.append(h('dt', {}, ...keys.map((key) => h('kbd', {}, key))), h('dd', {}, t(words)));
    }
    const done = h(
      'button',
      { type: 'button', class: 'text-button', onclick: () => this.element.close() },
      t('keys.done'),
    );
    this.element.replaceChildren(h('h2', { id: 'help-title' }, t('keys.title')), list, done);
    this.element.showModal();
  }
}
