// The zones: a list, and one of them in the making or under change.

import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';
import { signInHint } from '../account/hint';
import type { Session } from '../account/session';
import { type Key, language, t } from '../i18n';
import type { Zone } from '../live/zones';
import { contains } from '../live/zones';
import type { Watched } from '../signal';
import { h, setText } from '../ui/dom';
import { download } from '../ui/download';
import type { ViewState } from '../ui/state';
import { featuresIn, idOf, keep, remove } from './client';
import { Drawing } from './drawing';
import { ZoneForm } from './form';
import { fromDrawing, SHAPES, type Shape, shapeOf } from './shape';

/** Zones read from one file at most. */
const MAX_IMPORTED = 10_000;

export interface ZoneActions {
  signIn(): void;
  /** Zones have changed: they are asked for at once. */
  changed(): void;
  flyTo(zone: Zone): void;
}

export class ZonesPanel {
  readonly element = h('aside', { class: 'panel zones', 'data-height': 'half' });
  readonly #title = h('h2');
  readonly #message = h('p', { class: 'message', role: 'status' });
  readonly #shapes = h('div', { class: 'staging three' });
  readonly #hint = h('p', { class: 'quiet hint' });
  readonly #body = h('div', { class: 'list-body' });
  readonly #list = h('ul', { class: 'outcomes' });
  readonly #tools = h('div', { class: 'detail-tools zone-tools' });
  readonly #file = h('input', { type: 'file', accept: '.geojson,.json,application/geo+json', hidden: true });
  readonly #drawing: Drawing;
  #drawn: Shape | null = null;
  /** The zone in the making or under change. */
  #edited: Feature | null = null;
  #form: ZoneForm | null = null;

  constructor(
    readonly state: ViewState,
    readonly map: MapLibreMap,
    readonly zones: Watched<readonly Zone[]>,
    readonly session: Session,
    readonly actions: ZoneActions,
  ) {
    this.#drawing = new Drawing(map);
    for (const shape of SHAPES) {
      const press = (): void => void this.#begin(shape);
      this.#shapes.append(h('button', { type: 'button', class: 'stage-button', 'data-shape': shape, onclick: press }));
    }
    this.#file.addEventListener('change', () => void this.#import());
    this.element.append(
      h(
        'header',
        { class: 'list-head' },
        this.#title,
        this.#shapes,
        this.#hint,
        signInHint(session, actions.signIn),
        this.#message,
      ),
      this.#body,
    );
    zones.watch(() => this.#paint());
    language.watch(() => this.#paint());
    session.mayChange.watch((may) => {
      if (!may) this.close();
      this.#paint();
    });
    state.view.watch((view) => {
      this.element.hidden = view !== 'zones';
      if (view !== 'zones') this.close();
      else this.#paint();
    });
    map.on('click', (event) => {
      if (this.element.hidden || this.#drawing.busy || this.#edited || !this.session.mayChange.get()) return;
      const { lng, lat } = event.lngLat;
      const pressed = this.zones.get().findLast((zone) => contains(zone, lng, lat));
      if (pressed) void this.#edit(pressed.feature);
    });
  }

  /** Lets go of what is drawn or changed; false if there was nothing. */
  close(): boolean {
    const was = this.#drawn !== null || this.#edited !== null;
    this.#drawing.end();
    this.#drawn = null;
    this.#edited = null;
    this.#form = null;
    if (was) this.#paint();
    return was;
  }

  async #begin(shape: Shape): Promise<void> {
    this.close();
    this.#drawn = shape;
    setText(this.#message, '');
    this.#paint();
    await this.#drawing.begin(shape, (drawn) => {
      const { geometry, properties } = fromDrawing(shape, drawn, {});
      void this.#edit({ type: 'Feature', geometry: geometry as Geometry, properties: { ...properties, name: '' } });
    });
  }

  /** Opens a zone's form, and lets it be dragged. */
  async #edit(zone: Feature): Promise<void> {
    this.#drawn = null;
    this.#edited = zone;
    const id = idOf(zone);
    this.#form = new ZoneForm(zone, {
      keep: () => void this.#keep(),
      cancel: () => this.close(),
      remove: id ? () => void this.#remove(id) : null,
      changed: () => void this.#redraw(),
    });
    setText(this.#message, '');
    this.#paint();
    this.#form.focus();
    await this.#drag(zone);
  }

  async #drag(zone: Feature): Promise<void> {
    const shape = shapeOf(zone);
    const draggable = await this.#drawing.edit(zone, (drawn) => {
      if (!this.#edited || !shape) return;
      const { geometry, properties } = fromDrawing(shape, drawn, this.#edited.properties);
      this.#edited = { ...this.#edited, geometry: geometry as Geometry, properties: properties ?? {} };
      this.#form?.show('radius_m', properties?.radius_m);
    });
    if (!draggable) {
      this.#drawing.end();
      setText(this.#message, t('zones.notDraggable'));
    }
  }

  /** The form's radius is drawn. */
  async #redraw(): Promise<void> {
    if (!this.#edited || !this.#form) return;
    this.#edited = { ...this.#edited, properties: this.#form.properties(this.#edited.properties) };
    if (shapeOf(this.#edited) === 'circle') await this.#drag(this.#edited);
  }

  async #keep(): Promise<void> {
    if (!this.#edited || !this.#form) return;
    const zone = { ...this.#edited, properties: this.#form.properties(this.#edited.properties) };
    await this.#do(async () => {
      await keep(zone);
      this.close();
      setText(this.#message, t('zones.kept', { name: String(zone.properties.name) }));
    });
  }

  async #remove(id: string): Promise<void> {
    const name = String(this.#edited?.properties?.name ?? id);
    if (!confirm(t('zones.sure', { name }))) return;
    await this.#do(async () => {
      await remove(id);
      this.close();
      setText(this.#message, t('zones.deleted', { name }));
    });
  }

  async #import(): Promise<void> {
    const [file] = this.#file.files ?? [];
    this.#file.value = '';
    if (!file) return;
    await this.#do(async () => {
      const features = featuresIn(await file.text()).slice(0, MAX_IMPORTED);
      const wrong: string[] = [];
      for (const feature of features) {
        await keep(feature).catch((error: Error) => wrong.push(`${idOf(feature) ?? '?'}: ${error.message}`));
      }
      const done = t('zones.imported', { n: features.length - wrong.length, file: file.name });
      setText(this.#message, [done, ...wrong.slice(0, 5)].join(' · '));
    });
  }

  /** Does what was asked for, and says what was wrong with it. */
  async #do(what: () => Promise<void>): Promise<void> {
    try {
      await what();
      this.actions.changed();
    } catch (error) {
      setText(this.#message, error instanceof Error ? error.message : String(error));
    }
  }

  #paint(): void {
    const may = this.session.mayChange.get();
    setText(this.#title, t('rail.zones'));
    this.element.setAttribute('aria-label', t('rail.zones'));
    for (const button of this.#shapes.querySelectorAll('button')) {
      const shape = SHAPES.find((known) => known === button.dataset.shape) ?? 'polygon';
      setText(button, t(`zones.${shape}`));
      button.setAttribute('aria-pressed', String(shape === this.#drawn));
      button.disabled = !may;
    }
    const hint: Key = this.#edited ? 'zones.dragHint' : this.#drawn ? `zones.${this.#drawn}Hint` : 'zones.hint';
    setText(this.#hint, may ? t(hint) : '');
    if (this.#form) {
      if (this.#body.firstElementChild !== this.#form.element) this.#body.replaceChildren(this.#form.element);
      return;
    }
    this.#paintList();
  }

  #paintList(): void {
    const rows = this.zones.get().map((zone) => {
      const open = (): void => {
        this.actions.flyTo(zone);
        if (this.session.mayChange.get()) void this.#edit(zone.feature);
      };
      const shape = shapeOf(zone.feature);
      return h(
        'li',
        { 'data-zone': zone.id },
        h('button', { type: 'button', class: 'text-button', onclick: open }, zone.name),
        h('span', { class: 'quiet' }, shape ? t(`zones.${shape}`) : t('zones.several')),
      );
    });
    this.#list.replaceChildren(...rows);
    const importing = h(
      'button',
      { type: 'button', class: 'text-button', onclick: () => this.#file.click() },
      t('zones.import'),
    );
    const save = (): void => {
      const all: FeatureCollection = {
        type: 'FeatureCollection',
        features: this.zones.get().map((zone) => zone.feature),
      };
      download('zones.geojson', 'application/geo+json', JSON.stringify(all, null, 2));
    };
    const exporting = h('button', { type: 'button', class: 'text-button', onclick: save }, t('zones.export'));
    this.#tools.replaceChildren(...(this.session.mayChange.get() ? [importing] : []), exporting, this.#file);
    this.#body.replaceChildren(this.#list, this.#tools);
  }
}
