// What can be changed of a simulation while it runs, each with a slider.

import { number } from '../format';
import { type Key, t } from '../i18n';
import { h, setText } from '../ui/dom';

interface Dial {
  /** Its name over REST. */
  name: string;
  words: Key;
  /** The slider's ends and steps, in the unit that is shown. */
  from: number;
  to: number;
  step: number;
  unit: string;
  /** What is shown for one of what REST has. */
  scale: number;
}

const DIALS: readonly Dial[] = [
  { name: 'vehicles', words: 'sim.vehicles', from: 50, to: 5000, step: 50, unit: '', scale: 1 },
  { name: 'report_share', words: 'sim.share', from: 0, to: 100, step: 5, unit: '%', scale: 100 },
  { name: 'report_interval_s', words: 'sim.interval', from: 0.5, to: 30, step: 0.5, unit: 's', scale: 1 },
  { name: 'gps_noise_m', words: 'sim.noise', from: 0, to: 30, step: 0.5, unit: 'm', scale: 1 },
  { name: 'report_loss', words: 'sim.loss', from: 0, to: 50, step: 1, unit: '%', scale: 100 },
  { name: 'report_delay_s', words: 'sim.delay', from: 0, to: 20, step: 0.5, unit: 's', scale: 1 },
  { name: 'weather', words: 'sim.weather', from: 30, to: 100, step: 5, unit: '%', scale: 100 },
  { name: 'speed', words: 'sim.speed', from: 0, to: 1, step: 0.1, unit: '×', scale: 1 },
];

/** A slider that is let go is asked for after this time, so that keys that move it step by step ask once. */
const SETTLE_MS = 250;

export class Dials {
  readonly element = h('div', { class: 'dials' });
  readonly #rows: { dial: Dial; label: HTMLElement; input: HTMLInputElement; value: HTMLElement }[] = [];
  /** Sliders in a hand are not moved by what is heard. */
  #held: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(change: (values: Record<string, number>) => Promise<void>) {
    for (const dial of DIALS) {
      const [label, value] = [h('span'), h('output')];
      const input = h('input', { type: 'range', min: dial.from, max: dial.to, step: dial.step, name: dial.name });
      input.addEventListener('input', () => {
        this.#held = dial.name;
        setText(value, shown(dial, Number(input.value)));
      });
      input.addEventListener('change', () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          void change({ [dial.name]: Number((Number(input.value) / dial.scale).toFixed(4)) }).finally(() => {
            this.#held = null;
          });
        }, SETTLE_MS);
      });
      this.#rows.push({ dial, label, input, value });
      this.element.append(h('label', { class: 'dial' }, label, value, input));
    }
  }

  /** Shows the values as they are. */
  show(values: Record<string, number>, running: boolean): void {
    for (const { dial, label, input, value } of this.#rows) {
      setText(label, t(dial.words));
      const is = values[dial.name];
      input.disabled = !running || is === undefined;
      if (is === undefined || this.#held === dial.name) continue;
      const now = Number((is * dial.scale).toFixed(2));
      // A value beyond the slider's end is one that somebody set elsewhere: the slider grows to it.
      if (now > Number(input.max)) input.max = String(now);
      input.value = String(now);
      setText(value, shown(dial, now));
      input.setAttribute('aria-valuetext', shown(dial, now));
    }
  }
}

function shown(dial: Dial, value: number): string {
  return `${number(value, 1)}${dial.unit ? ` ${dial.unit}` : ''}`;
}
