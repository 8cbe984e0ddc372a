// Notices over the map: what does not work, what still does, and when it is tried again.

import { t } from '../i18n';
import type { Problem, Problems } from '../problems';
import { h, setChildren, setText } from '../ui/dom';

export class Notices {
  readonly element = h('div', { class: 'notices', role: 'status' });
  readonly #shown = new Map<string, { element: HTMLElement; text: HTMLElement; retry: HTMLElement }>();

  constructor(readonly problems: Problems) {
    problems.list.watch(() => this.tick(Date.now()));
  }

  tick(now: number): void {
    const problems = this.problems.list.get();
    setChildren(
      this.element,
      problems.map((problem) => this.#notice(problem, now)),
    );
    for (const part of [...this.#shown.keys()]) {
      if (!problems.some((problem) => problem.part === part)) this.#shown.delete(part);
    }
  }

  #notice({ part, detail, retryAt }: Problem, now: number): HTMLElement {
    let notice = this.#shown.get(part);
    if (!notice) {
      const [text, retry] = [h('span'), h('span', { class: 'quiet', 'aria-live': 'off' })];
      notice = { element: h('p', { class: 'notice', 'data-part': part }, text, retry), text, retry };
      this.#shown.set(part, notice);
    }
    setText(notice.text, t(`problem.${part}`, { detail: detail ? ` (${detail})` : '' }));
    const seconds = Math.ceil((retryAt - now) / 1000);
    setText(notice.retry, seconds > 0 ? t('status.retryIn', { n: seconds }) : t('status.retryNow'));
    return notice.element;
  }
}
