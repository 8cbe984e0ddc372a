// One event in the panel's place: all that is known of it, and how it was told.

import { ApiError, getEvent, type Revision } from '../api';
import * as format from '../format';
import { language, t } from '../i18n';
import type { EventStore } from '../live/events';
import { isEpisode, type TrafficEvent } from '../model';
import { h, setText } from '../ui/dom';
import { icon } from '../ui/icons';
import { courseOf } from './course';
import { factsOf } from './facts';
import { revisionTable } from './revisions';
import { titleOf, whereOf } from './words';

export interface DetailActions {
  back(): void;
  show(id: string): void;
  /** The event came from history, not from the feed. */
  found(event: TrafficEvent): void;
}

type History = { kind: 'loading' } | { kind: 'known'; revisions: Revision[] } | { kind: 'failed'; error: ApiError };

export class Detail {
  readonly element = h('article', { class: 'detail', tabindex: -1 });
  readonly #since = h('p', { class: 'detail-since' });
  #id: string | null = null;
  #event: TrafficEvent | null = null;
  #history: History = { kind: 'loading' };
  #askedRevision = -1;

  constructor(
    readonly store: EventStore,
    readonly actions: DetailActions,
  ) {
    store.changed.listen(() => this.#refresh());
    language.watch(() => this.#render());
  }

  /** Shows this event, or nothing. */
  open(id: string | null): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#event = id ? this.store.get(id) : null;
    this.#history = { kind: 'loading' };
    this.#askedRevision = -1;
    this.#render();
    if (id) void this.#ask(id);
  }

  tick(now: number): void {
    if (this.#event) setText(this.#since, this.#sinceText(this.#event, now));
  }

  #refresh(): void {
    const event = this.#id ? this.store.get(this.#id) : null;
    if (!event || !this.#id) return;
    this.#event = event;
    this.#render();
    if (event.revision > this.#askedRevision && this.#history.kind !== 'loading') void this.#ask(this.#id);
  }

  async #ask(id: string): Promise<void> {
    this.#askedRevision = this.#event?.revision ?? 0;
    try {
      const { event, revisions } = await getEvent(id);
      if (id !== this.#id) return;
      this.#history = { kind: 'known', revisions };
      if (!this.#event || event.revision >= this.#event.revision) this.#event = event;
      this.actions.found(event);
    } catch (error) {
      if (id !== this.#id) return;
      this.#history = { kind: 'failed', error: error instanceof ApiError ? error : new ApiError(String(error), null) };
    }
    this.#render();
  }

  #render(): void {
    const event = this.#event;
    const focused = this.element.contains(document.activeElement);
    this.element.replaceChildren(this.#head(event), ...(event ? this.#body(event) : []), ...this.#historyPart());
    if (focused) this.element.focus({ preventScroll: true });
  }

  #head(event: TrafficEvent | null): HTMLElement {
    const back = h(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        title: t('detail.back'),
        'aria-label': t('detail.back'),
        onclick: () => this.actions.back(),
      },
      icon('back'),
    );
    const title = h('h2', {}, event ? titleOf(event) : '');
    return h(
      'header',
      { class: event ? `detail-head detail-${event.type}` : 'detail-head' },
      back,
      event ? icon(event.type) : null,
      title,
    );
  }

  #body(event: TrafficEvent): HTMLElement[] {
    const now = Date.now();
    setText(this.#since, this.#sinceText(event, now));
    const copy = h('button', { type: 'button', class: 'text-button' }, icon('link'), t('detail.link'));
    copy.addEventListener('click', () => {
      void navigator.clipboard
        ?.writeText(location.href)
        .then(() => copy.replaceChildren(icon('link'), t('detail.copied')));
    });
    const show = h(
      'button',
      { type: 'button', class: 'text-button', onclick: () => this.actions.show(event.id) },
      icon('place'),
      t('detail.show'),
    );
    return [
      h('p', { class: 'detail-where' }, whereOf(event)),
      this.#since,
      h('div', { class: 'detail-tools' }, show, copy),
      factsOf(event, now),
    ];
  }

  #historyPart(): HTMLElement[] {
    switch (this.#history.kind) {
      case 'loading':
        return [h('p', { class: 'quiet' }, t('detail.loading'))];
      case 'known':
        return [courseOf(this.#history.revisions), revisionTable(this.#history.revisions)].filter(
          (part) => part !== null,
        );
      case 'failed': {
        const { error } = this.#history;
        const gone = error.status === 404 && !this.#event;
        return [h('p', { class: 'quiet' }, gone ? t('detail.gone') : t('detail.failed', { detail: error.message }))];
      }
    }
  }

  #sinceText(event: TrafficEvent, now: number): string {
    if (!isEpisode(event.type)) return format.ago(event.occurredAt, now);
    if (event.endedAt !== null) return `${t('phase.ended')} ${format.ago(event.endedAt, now)}`;
    return t('detail.goesOn', { time: format.span(now - event.occurredAt) });
  }
}
