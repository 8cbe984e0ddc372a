// What stands where a change would be offered to those who may.

import { language, t } from '../i18n';
import { h, setText } from '../ui/dom';
import type { Session } from './session';

/** Says that it takes an operator, with a way to become one; gone for those who are. */
export function signInHint(session: Session, open: () => void): HTMLElement {
  const words = h('span');
  const button = h('button', { type: 'button', class: 'text-button', onclick: open });
  const element = h('p', { class: 'quiet sign-in-hint' }, words, ' ', button);
  const paint = (): void => {
    element.hidden = session.mayChange.get();
    const who = session.who.get();
    setText(words, who ? t('account.readsOnly', { account: who.account }) : t('account.needed'));
    setText(button, t('account.signIn'));
    button.hidden = who !== null;
  };
  session.who.watch(paint);
  session.mayChange.watch(paint);
  language.watch(paint);
  return element;
}
