// Names and counts of zones: elements over the vehicles, so that traffic does not hide them.

import { type Map as MapLibreMap, Marker } from 'maplibre-gl';
import type { Zone } from '../live/zones';
import { h, setText } from '../ui/dom';

/** A zone narrower than this has no room for its name. Pixels. */
const MIN_WIDTH_PX = 44;

interface Label {
  zone: Zone;
  marker: Marker;
  name: HTMLElement;
  count: HTMLElement;
}

export class ZoneLabels {
  #labels: Label[] = [];

  constructor(readonly map: MapLibreMap) {
    map.on('zoom', () => this.#makeRoom());
  }

  /** Shows these zones and no others. */
  zones(zones: readonly Zone[]): void {
    for (const { marker } of this.#labels) marker.remove();
    this.#labels = zones.map((zone) => this.#label(zone));
    this.#makeRoom();
  }

  /** Writes the counts; an empty one is left unsaid. */
  count(wordsOf: (zone: Zone) => string): void {
    for (const { zone, count } of this.#labels) setText(count, wordsOf(zone));
  }

  #label(zone: Zone): Label {
    const [name, count] = [h('span', {}, zone.name), h('b')];
    const element = h('div', { class: 'zone-label' }, name, count);
    const [west, south, east, north] = zone.bounds;
    const marker = new Marker({ element }).setLngLat([(west + east) / 2, (south + north) / 2]).addTo(this.map);
    for (const attribute of ['role', 'aria-label', 'tabindex']) element.removeAttribute(attribute);
    element.dataset.zone = zone.id;
    return { zone, marker, name, count };
  }

  #makeRoom(): void {
    for (const { zone, marker } of this.#labels) {
      const [west, south, east] = zone.bounds;
      const width = this.map.project([east, south]).x - this.map.project([west, south]).x;
      marker.getElement().hidden = width < MIN_WIDTH_PX;
    }
  }
}
