// What is said of a zone beside its place: its name, and how it is watched.

import type { Feature } from 'geojson';
import { type Key, t } from '../i18n';
import { h } from '../ui/dom';
import { type Shape, shapeOf } from './shape';

interface Field {
  name: 'radius_m' | 'buffer_m' | 'min_dwell_s' | 'hysteresis_m' | 'max_accuracy_m';
  words: Key;
  hint: Key;
  only?: Shape;
  max: number;
}

const FIELDS: readonly Field[] = [
  { name: 'radius_m', words: 'zones.radius', hint: 'zones.radiusHint', only: 'circle', max: 1_000_000 },
  { name: 'buffer_m', words: 'zones.buffer', hint: 'zones.bufferHint', only: 'corridor', max: 1_000_000 },
  { name: 'min_dwell_s', words: 'zones.dwell', hint: 'zones.dwellHint', max: 86_400 },
  { name: 'hysteresis_m', words: 'zones.hysteresis', hint: 'zones.hysteresisHint', max: 1_000_000 },
  { name: 'max_accuracy_m', words: 'zones.accuracy', hint: 'zones.accuracyHint', max: 1_000_000 },
];

export class ZoneForm {
  readonly element: HTMLFormElement;
  readonly #name: HTMLInputElement;
  readonly #numbers = new Map<Field['name'], HTMLInputElement>();

  constructor(zone: Feature, actions: { keep(): void; cancel(): void; remove: (() => void) | null; changed(): void }) {
    this.#name = h('input', { class: 'search', required: true, maxlength: 200, name: 'name' });
    this.#name.value = String(zone.properties?.name ?? '');
    const fields: HTMLElement[] = [h('label', { class: 'field' }, h('span', {}, t('zones.name')), this.#name)];
    for (const field of FIELDS) {
      if (field.only && field.only !== shapeOf(zone)) continue;
      const least = field.only ? 1 : 0;
      const input = h('input', {
        type: 'number',
        class: 'search',
        min: least,
        max: field.max,
        step: 'any',
        name: field.name,
      });
      const value = zone.properties?.[field.name];
      input.value = value === undefined || value === null ? '' : String(value);
      input.required = field.only !== undefined;
      input.addEventListener('change', () => actions.changed());
      this.#numbers.set(field.name, input);
      fields.push(h('label', { class: 'field', title: t(field.hint) }, h('span', {}, t(field.words)), input));
    }
    const keep = h('button', { class: 'stage-button main' }, t('zones.keep'));
    const cancel = h(
      'button',
      { type: 'button', class: 'stage-button', onclick: () => actions.cancel() },
      t('zones.cancel'),
    );
    const remove = actions.remove;
    this.element = h(
      'form',
      { class: 'zone-form' },
      ...fields,
      h(
        'div',
        { class: 'staging' },
        keep,
        cancel,
        remove
          ? h('button', { type: 'button', class: 'stage-button bad', onclick: () => remove() }, t('zones.delete'))
          : null,
      ),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      actions.keep();
    });
  }

  focus(): void {
    this.#name.focus();
    this.#name.select();
  }

  /** What the form says, over what was said before. */
  properties(before: Feature['properties']): NonNullable<Feature['properties']> {
    const properties: NonNullable<Feature['properties']> = { ...before, name: this.#name.value.trim() };
    for (const [name, input] of this.#numbers) {
      if (input.value === '') delete properties[name];
      else properties[name] = Number(input.value);
    }
    return properties;
  }

  /** A reach that was changed by dragging. */
  show(name: Field['name'], value: unknown): void {
    const input = this.#numbers.get(name);
    if (input && value !== undefined && value !== null) input.value = String(value);
  }
}
