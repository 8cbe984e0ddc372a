// Signing in and out, and one's own password, in a dialog.

import { ApiError } from '../api';
import { type Key, language, t } from '../i18n';
import { h, setText } from '../ui/dom';
import type { Session, Who } from './session';

export class AccountDialog {
  readonly element = h('dialog', { class: 'help account', 'aria-labelledby': 'account-title' });
  readonly #message = h('p', { class: 'message', role: 'alert' });

  constructor(readonly session: Session) {
    this.element.addEventListener('click', (click) => click.target === this.element && this.element.close());
    session.who.watch(() => this.element.open && this.#paint());
    language.watch(() => this.element.open && this.#paint());
  }

  open(): void {
    if (this.element.open) return;
    setText(this.#message, '');
    this.#paint();
    this.element.showModal();
  }

  #paint(): void {
    const who = this.session.who.get();
    this.element.replaceChildren(...(who ? this.#signedIn(who) : this.#signIn()));
    this.element.querySelector('input')?.focus();
  }

  #signIn(): HTMLElement[] {
    const account = field('account.name', { name: 'account', autocomplete: 'username', maxlength: 64 });
    const password = field('account.password', {
      name: 'password',
      type: 'password',
      autocomplete: 'current-password',
    });
    const form = h(
      'form',
      { class: 'zone-form' },
      account.label,
      password.label,
      this.#message,
      h('div', { class: 'staging' }, h('button', { class: 'stage-button main' }, t('account.signIn')), this.#closing()),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#do(async () => {
        const wasClosed = this.session.closed.get();
        await this.session.signIn(account.input.value.trim(), password.input.value);
        this.element.close();
        // What was refused so far is asked for anew.
        if (wasClosed) location.reload();
      });
    });
    return [title('account.signIn'), h('p', { class: 'quiet' }, t('account.why')), form];
  }

  #signedIn({ account, role }: Who): HTMLElement[] {
    const out = (): void =>
      void this.#do(async () => {
        await this.session.signOut();
        this.element.close();
        if (this.session.closed.get()) location.reload();
      });
    const current = field('account.current', { name: 'current', type: 'password', autocomplete: 'current-password' });
    const fresh = field('account.new', {
      name: 'new',
      type: 'password',
      autocomplete: 'new-password',
      minlength: 12,
      maxlength: 256,
    });
    const form = h(
      'form',
      { class: 'zone-form' },
      current.label,
      fresh.label,
      h('button', { class: 'stage-button main' }, t('account.change')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#do(async () => {
        await this.session.changePassword(current.input.value, fresh.input.value);
        form.reset();
        setText(this.#message, t('account.changed'));
      });
    });
    return [
      title('account.title'),
      h('p', {}, t('account.as', { account, role: t(`role.${role}`) })),
      h(
        'div',
        { class: 'staging' },
        h('button', { type: 'button', class: 'stage-button', onclick: out }, t('account.signOut')),
        this.#closing(),
      ),
      h('details', {}, h('summary', {}, t('account.changePassword')), form),
      this.#message,
    ];
  }

  #closing(): HTMLElement {
    const close = (): void => this.element.close();
    return h('button', { type: 'button', class: 'stage-button', onclick: close }, t('keys.done'));
  }

  async #do(what: () => Promise<void>): Promise<void> {
    try {
      setText(this.#message, '');
      await what();
    } catch (error) {
      setText(this.#message, wordsOf(error));
    }
  }
}

function wordsOf(error: unknown): string {
  const status = error instanceof ApiError ? error.status : null;
  if (status === 401) return t('account.wrong');
  if (status === 429) return t('account.tooOften');
  return error instanceof Error ? error.message : String(error);
}

function title(key: Key): HTMLElement {
  return h('h2', { id: 'account-title' }, t(key));
}

function field(
  words: Key,
  attributes: Record<string, string | number>,
): { label: HTMLElement; input: HTMLInputElement } {
  const input = h('input', { class: 'search', required: true, ...attributes });
  return { label: h('label', { class: 'field' }, h('span', {}, t(words)), input), input };
}
