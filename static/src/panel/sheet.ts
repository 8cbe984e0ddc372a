// On a phone the panel is a sheet over the map, drawn up and down by its handle; on a desk it is folded by a button.

import { language, t } from '../i18n';
import { h } from '../ui/dom';
import { icon } from '../ui/icons';
import { store, stored } from '../ui/storage';

const HEIGHTS = ['low', 'half', 'full'] as const;
type Height = (typeof HEIGHTS)[number];

/** A handle moved less than this was pressed, not drawn. Pixels. */
const PRESS_PX = 6;

export class Sheet {
  readonly handle = h('button', { type: 'button', class: 'handle' }, h('i'));
  readonly fold = h('button', { type: 'button', class: 'icon-button fold' }, icon('fold'));
  #height: Height = 'low';

  constructor(
    readonly panel: HTMLElement,
    /** The space for map and panel has another shape now. */
    readonly reshaped: () => void,
  ) {
    this.#set('low');
    this.#setFolded(stored('panel') === 'folded');
    this.fold.addEventListener('click', () => this.#setFolded(panel.dataset.folded !== 'true'));
    this.handle.addEventListener('pointerdown', (down) => this.#draw(down));
    this.handle.addEventListener('keydown', (key) => {
      const by = key.key === 'ArrowUp' ? 1 : key.key === 'ArrowDown' ? -1 : 0;
      if (by !== 0) this.#step(by);
      else if (key.key === 'Enter' || key.key === ' ') this.#press();
      else return;
      key.preventDefault();
    });
    language.watch(() => {
      this.handle.setAttribute('aria-label', t('list.sheet'));
      this.#setFolded(panel.dataset.folded === 'true');
    });
  }

  /** Makes sure that what was opened can be seen. */
  reveal(): void {
    this.#setFolded(false);
    if (this.#height === 'low') this.#set('half');
  }

  #press(): void {
    this.#set(this.#height === 'low' ? 'half' : 'low');
  }

  #step(by: 1 | -1): void {
    const next = HEIGHTS[HEIGHTS.indexOf(this.#height) + by];
    if (next) this.#set(next);
  }

  #set(height: Height): void {
    this.#height = height;
    this.panel.dataset.height = height;
    this.panel.style.removeProperty('--sheet');
    this.handle.setAttribute('aria-expanded', String(height !== 'low'));
  }

  #setFolded(folded: boolean): void {
    const was = this.panel.dataset.folded;
    this.panel.dataset.folded = String(folded);
    store('panel', folded ? 'folded' : 'open');
    this.fold.setAttribute('aria-expanded', String(!folded));
    const words = t(folded ? 'list.unfold' : 'list.fold');
    this.fold.title = words;
    this.fold.setAttribute('aria-label', words);
    if (was !== undefined && was !== String(folded)) this.reshaped();
  }

  #draw(down: PointerEvent): void {
    const from = this.panel.getBoundingClientRect().height;
    const whole = window.innerHeight;
    let movedPx = 0;
    const move = (event: PointerEvent): void => {
      movedPx = down.clientY - event.clientY;
      this.panel.dataset.drawn = 'true';
      this.panel.style.setProperty('--sheet', `${Math.max(80, from + movedPx)}px`);
    };
    const up = (): void => {
      this.handle.removeEventListener('pointermove', move);
      delete this.panel.dataset.drawn;
      if (Math.abs(movedPx) < PRESS_PX) return this.#press();
      const share = (from + movedPx) / whole;
      this.#set(share < 0.28 ? 'low' : share < 0.66 ? 'half' : 'full');
    };
    this.handle.setPointerCapture(down.pointerId);
    this.handle.addEventListener('pointermove', move);
    this.handle.addEventListener('pointerup', up, { once: true });
    this.handle.addEventListener('pointercancel', up, { once: true });
    down.preventDefault();
  }
}
