// The few buttons over the map.

import { language, switchLanguage, t } from '../i18n';
import type { Watched } from '../signal';
import { h, setText } from './dom';
import { icon } from './icons';
import { switchTheme, theme } from './theme';

export interface ToolActions {
  alert(): void;
  home(): void;
  help(): void;
}

export function toolbar(actions: ToolActions, alerting: Watched<boolean>): HTMLElement {
  const home = h('button', { type: 'button', class: 'icon-button', onclick: () => actions.home() }, icon('home'));
  const theming = h('button', { type: 'button', class: 'icon-button', onclick: () => switchTheme() }, icon('theme'));
  const bell = h('button', { type: 'button', class: 'icon-button', onclick: () => actions.alert() }, icon('bell'));
  const help = h(
    'button',
    { type: 'button', class: 'icon-button wide-only', onclick: () => actions.help() },
    icon('help'),
  );
  const tongue = h('button', { type: 'button', class: 'icon-button language', onclick: () => switchLanguage() });
  const show = (): void => {
    document.documentElement.lang = language.get();
    label(home, t('tools.home'));
    label(theming, t('tools.theme', { theme: t(`theme.${theme.get()}`) }));
    label(bell, t(alerting.get() ? 'tools.alertsOn' : 'tools.alertsOff'));
    bell.setAttribute('aria-pressed', String(alerting.get()));
    label(help, `${t('tools.help')} (?)`);
    // The button names the language it leads to, in that language.
    const other = language.get() === 'fr' ? 'en' : 'fr';
    setText(tongue, other.toUpperCase());
    label(tongue, t('tools.language'));
    tongue.lang = other;
  };
  language.watch(show);
  theme.watch(show);
  alerting.watch(show);
  return h('div', { class: 'toolbar' }, home, bell, theming, tongue, help);
}

function label(button: HTMLElement, words: string): void {
  button.title = words;
  button.setAttribute('aria-label', words);
}
