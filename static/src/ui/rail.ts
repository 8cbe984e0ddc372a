// The rail: one button for each view.

import { language, t } from '../i18n';
import type { Watched } from '../signal';
import { h, setText } from './dom';
import { icon } from './icons';
import { VIEW_KEYS, VIEWS, type View } from './views';

export function rail(current: Watched<View>, show: (view: View) => void): HTMLElement {
  const words = new Map<View, HTMLElement>();
  const buttons = VIEWS.map((view) => {
    const label = h('span');
    words.set(view, label);
    return h(
      'button',
      { type: 'button', class: 'rail-button', 'data-view': view, onclick: () => show(view) },
      icon(view),
      label,
    );
  });
  const element = h('nav', { class: 'rail' }, ...buttons);
  current.watch((shown) => {
    for (const button of buttons) {
      if (button.dataset.view === shown) button.setAttribute('aria-current', 'page');
      else button.removeAttribute('aria-current');
    }
  });
  language.watch(() => {
    element.setAttribute('aria-label', t('rail.label'));
    for (const button of buttons) {
      const view = VIEWS.find((known) => known === button.dataset.view) ?? 'live';
      const label = words.get(view);
      if (label) setText(label, t(`rail.${view}`));
      button.title = `${t(`rail.${view}`)} (${VIEW_KEYS[view]})`;
    }
  });
  return element;
}
