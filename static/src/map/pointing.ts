// What the pointer finds on the map: jams and past events to open, vehicles to name.

import { type Map as MapLibreMap, Popup } from 'maplibre-gl';
import * as format from '../format';
import { t } from '../i18n';
import type { Drawn } from '../live/vehicles';
import type { VehicleLayer } from './vehicles';

/** Half the side of the square in which a jam or a dot is found, pixels. */
const REACH_PX = 7;

export class Pointing {
  readonly #popup = new Popup({ closeButton: false, closeOnClick: false, offset: 12, className: 'vehicle-popup' });
  #followed: string | null = null;

  constructor(
    readonly map: MapLibreMap,
    readonly vehicles: VehicleLayer,
    open: (id: string) => void,
  ) {
    map.on('click', (event) => {
      const vehicle = vehicles.near(event.point);
      const found = vehicle ? null : this.#eventAt(event.point);
      this.#follow(vehicle);
      if (found) open(found);
    });
    map.on('mousemove', (event) => {
      map.getCanvas().style.cursor = this.#eventAt(event.point) ? 'pointer' : '';
    });
    const frame = (): void => {
      requestAnimationFrame(frame);
      if (this.#followed) this.#move();
    };
    requestAnimationFrame(frame);
  }

  /** Lets go of the vehicle that is named; false if none is. */
  close(): boolean {
    const was = this.#followed !== null;
    this.#follow(null);
    return was;
  }

  #follow(vehicle: Drawn | null): void {
    this.#followed = vehicle?.id ?? null;
    if (!vehicle) this.#popup.remove();
    else this.#popup.setLngLat([vehicle.lon, vehicle.lat]).addTo(this.map);
  }

  #move(): void {
    const vehicle = this.#followed ? this.vehicles.one(this.#followed) : null;
    if (!vehicle) return this.#follow(null);
    const speed =
      vehicle.speedMps === null ? null : vehicle.standing ? t('vehicle.standing') : format.speed(vehicle.speedMps);
    this.#popup.setLngLat([vehicle.lon, vehicle.lat]);
    const text = [vehicle.id, speed].filter(Boolean).join(' · ');
    if (this.#popup.getElement()?.textContent !== text) this.#popup.setText(text);
  }

  #eventAt({ x, y }: { x: number; y: number }): string | null {
    if (!this.map.getLayer('past')) return null;
    const box: [[number, number], [number, number]] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    const [feature] = this.map.queryRenderedFeatures(box, { layers: ['past', 'jam', 'jam-tail'] });
    return typeof feature?.properties.id === 'string' ? feature.properties.id : null;
  }
}
