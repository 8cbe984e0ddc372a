// The few buttons over the map.

import type { Session } from '../account/session';
import { language, switchLanguage, t } from '../i18n';
import type { Watched } from '../signal';
import { h, setText } from './dom';
import { icon } from './icons';
import { switchTheme, theme } from './theme';

export interface ToolActions {
  account(): void;
  alert(): void;
  home(): void;
  help(): void;
}

export function toolbar(actions: ToolActions, alerting: Watched<boolean>, session: Session): HTMLElement {
  const home = h('button', { type: 'button', class: 'icon-button', onclick: () => actions.home() }, icon('home'));
  const theming = h('button', { type: 'button', class: 'icon-button', onclick: () => switchTheme() }, icon('theme'));
  const bell = h('button', { type: 'button', class: 'icon-button', onclick: () => actions.alert() }, icon('bell'));
  const help = h(
    'button',
    { type: 'button', class: 'icon-button wide-only', onclick: () => actions.help() },
    icon('help'),
  );
  const account = h(
    'button',
    { type: 'button', class: 'icon-button account-button', onclick: () => actions.account() },
    icon('person'),
  );
  const tongue = h('button', { type: 'button', class: 'icon-button language', onclick: () => switchLanguage() });
  const show = (): void => {
    document.documentElement.lang = language.get();
    label(home, t('tools.home'));
    label(theming, t('tools.theme', { theme: t(`theme.${theme.get()}`) }));
    label(bell, t(alerting.get() ? 'tools.alertsOn' : 'tools.alertsOff'));
    bell.setAttribute('aria-pressed', String(alerting.get()));
    const who = session.who.get();
    label(account, who ? t('account.as', { account: who.account, role: t(`role.${who.role}`) }) : t('account.signIn'));
    account.setAttribute('aria-pressed', String(who !== null));
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
  session.who.watch(show);
  return h('div', { class: 'toolbar' }, home, bell, theming, tongue, account, help);
}

function label(button: HTMLElement, words: string): void {
  button.title = words;
  button.setAttribute('aria-label', words);
}
