// What can be asked of a place on the map: a press of the right button, or a long press of a finger.

import { type Map as MapLibreMap, Popup } from 'maplibre-gl';
import { getEvents } from '../api';
import { ago } from '../format';
import { t } from '../i18n';
import type { TrafficEvent } from '../model';
import { titleOf, whereOf } from '../panel/words';
import type { Watched } from '../signal';
import { h } from '../ui/dom';

/** Half the side of the square that counts as here, degrees of latitude: some 100 m. */
const HERE_DEGREES = 0.0009;
const MAX_EVENTS = 5;

export interface PlaceActions {
  open(event: TrafficEvent): void;
  stageCrash(place: { lat: number; lon: number }): void;
}

export class PlaceMenu {
  readonly #popup = new Popup({ closeButton: false, className: 'place-menu', maxWidth: '300px' });

  constructor(
    readonly map: MapLibreMap,
    readonly mayChange: Watched<boolean>,
    readonly actions: PlaceActions,
  ) {
    map.on('contextmenu', (event) => {
      event.preventDefault();
      this.#open({ lat: event.lngLat.lat, lon: event.lngLat.lng });
    });
  }

  close(): boolean {
    const was = this.#popup.isOpen();
    this.#popup.remove();
    return was;
  }

  #open(place: { lat: number; lon: number }): void {
    const words = `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`;
    const copy = (): void => void navigator.clipboard?.writeText(words);
    const stage = (): void => {
      this.close();
      this.actions.stageCrash(place);
    };
    const events = h('ul', { class: 'here' }, h('li', { class: 'quiet' }, t('place.looking')));
    const content = h(
      'div',
      {},
      h('button', { type: 'button', class: 'text-button', title: t('place.copy'), onclick: copy }, words),
      h('h3', {}, t('place.happened')),
      events,
      this.mayChange.get()
        ? h('button', { type: 'button', class: 'text-button', onclick: stage }, t('place.stageCrash'))
        : null,
    );
    this.#popup.setLngLat([place.lon, place.lat]).setDOMContent(content).addTo(this.map);
    void this.#fill(events, place);
  }

  async #fill(list: HTMLElement, { lat, lon }: { lat: number; lon: number }): Promise<void> {
    const across = HERE_DEGREES / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    const bbox = [lon - across, lat - HERE_DEGREES, lon + across, lat + HERE_DEGREES].map((n) => n.toFixed(6)).join();
    try {
      const events = await getEvents({ type: 'accident,jam', bbox, limit: MAX_EVENTS });
      const rows = events.map((event) => {
        const open = (): void => {
          this.close();
          this.actions.open(event);
        };
        const text = `${titleOf(event)} · ${ago(event.occurredAt, Date.now())}`;
        return h(
          'li',
          {},
          h('button', { type: 'button', class: 'text-button', title: whereOf(event), onclick: open }, text),
        );
      });
      list.replaceChildren(...(rows.length > 0 ? rows : [h('li', { class: 'quiet' }, t('place.nothing'))]));
    } catch (error) {
      list.replaceChildren(h('li', { class: 'quiet' }, error instanceof Error ? error.message : String(error)));
    }
  }
}
