// Signs that are elements of the page, over the vehicles: accidents as buttons, the ring round what is opened, the pulse.

import { type Map as MapLibreMap, Marker } from 'maplibre-gl';
import type { LonLat, TrafficEvent } from '../model';
import { accidentSign } from '../ui/icons';

export class Signs {
  readonly #accidents = new Map<string, Marker>();
  #ring: Marker | null = null;

  constructor(
    readonly map: MapLibreMap,
    readonly open: (id: string) => void,
  ) {}

  /** Shows these accidents and no others. */
  accidents(events: readonly TrafficEvent[], labelOf: (event: TrafficEvent) => string): void {
    const wanted = new Set(events.map(({ id }) => id));
    for (const [id, marker] of this.#accidents) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.#accidents.delete(id);
    }
    for (const event of events) {
      const marker = this.#accidents.get(event.id) ?? this.#addAccident(event);
      const button = marker.getElement();
      marker.setLngLat(placeOf(event));
      button.setAttribute('aria-label', labelOf(event));
      button.style.setProperty('--sure', String(0.45 + 0.55 * event.confidence));
    }
  }

  /** Puts the ring round a place, or takes it away. */
  choose(place: LonLat | null): void {
    this.#ring?.remove();
    this.#ring = null;
    if (!place) return;
    const element = document.createElement('div');
    element.className = 'chosen-ring';
    this.#ring = new Marker({ element }).setLngLat(place).addTo(this.map);
    hide(element);
  }

  /** Draws the eye to a place, once. */
  pulse(place: LonLat, kind: string): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const element = document.createElement('div');
    element.className = `pulse pulse-${kind}`;
    element.append(document.createElement('i'));
    const marker = new Marker({ element }).setLngLat(place).addTo(this.map);
    hide(element);
    element.addEventListener('animationend', () => marker.remove());
  }

  #addAccident(event: TrafficEvent): Marker {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'accident-sign';
    element.dataset.event = event.id;
    element.append(accidentSign());
    element.addEventListener('click', (click) => {
      click.stopPropagation();
      this.open(event.id);
    });
    const marker = new Marker({ element, anchor: 'center' }).setLngLat(placeOf(event)).addTo(this.map);
    element.removeAttribute('role');
    this.#accidents.set(event.id, marker);
    return marker;
  }
}

export function placeOf(event: TrafficEvent): LonLat {
  return [event.position.lon, event.position.lat];
}

/** The list tells the same in words. */
function hide(element: HTMLElement): void {
  element.setAttribute('aria-hidden', 'true');
  element.removeAttribute('role');
  element.removeAttribute('aria-label');
  element.removeAttribute('tabindex');
}
