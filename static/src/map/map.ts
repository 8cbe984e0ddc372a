// The map itself: north is up, the ground is flat, and it is there before any data.

import 'maplibre-gl/dist/maplibre-gl.css';
import type { FeatureCollection } from 'geojson';
import {
  type GeoJSONSource,
  Map as MapLibreMap,
  NavigationControl,
  ScaleControl,
  type StyleSpecification,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Bounds } from '../geo';
import type { LonLat } from '../model';
import { CHEVRON_DENSITY, chevronImage } from './chevron';
import { palette } from './palette';
import { mapStyle, type SourceName } from './style';

export interface Position {
  zoom: number;
  centre: LonLat;
}

/** Events nearer than this are not flown to from afar. */
const EVENT_ZOOM = 16;

export class LiveMap {
  readonly map: MapLibreMap;
  /** Where the map goes home to. */
  #home: Bounds | null = null;
  readonly #waiting = new Map<SourceName, FeatureCollection>();
  #ready = false;
  /** Whether the map could not go home yet. */
  #homeless = false;

  /** `coveredPx` tells how much of the map's lower edge is hidden just now, by a sheet. */
  constructor(
    container: HTMLElement,
    position: Position | null,
    readonly coveredPx: () => number,
  ) {
    setWorkerUrl(workerUrl);
    const colours = palette();
    this.map = new MapLibreMap({
      container,
      style: mapStyle(colours),
      center: position?.centre ?? [0, 20],
      zoom: position?.zoom ?? 1.5,
      minZoom: 1,
      maxZoom: 20,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      renderWorldCopies: false,
      attributionControl: false,
      fadeDuration: 150,
      reduceMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), 'top-left');
    this.map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-right');
    this.map.on('style.load', () => {
      this.map.addImage('chevron', chevronImage(colours.jam, colours.casing), { pixelRatio: CHEVRON_DENSITY });
      this.#ready = true;
      // The theme may have changed meanwhile.
      this.recolour();
      for (const [name, data] of this.#waiting) this.show(name, data);
      this.#waiting.clear();
    });
  }

  /** Puts data into one of the style's sources; later if the style is not there yet. */
  show(name: SourceName, data: FeatureCollection): void {
    if (!this.#ready) {
      this.#waiting.set(name, data);
      return;
    }
    void (this.map.getSource(name) as GeoJSONSource).setData(data);
  }

  /** Paints everything in the colours of the theme that is on now. */
  recolour(): void {
    if (!this.#ready) return;
    const colours = palette();
    const style: StyleSpecification = mapStyle(colours);
    for (const layer of style.layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        if (name.endsWith('color')) this.map.setPaintProperty(layer.id, name as never, value as never);
      }
    }
    this.map.updateImage('chevron', chevronImage(colours.jam, colours.casing));
  }

  /** Says what the whole picture is; goes there if asked to, at the latest when the map is seen for the first time. */
  setHome(bounds: Bounds, go: boolean): void {
    this.#home = bounds;
    if (!go) return;
    if (this.map.getContainer().clientWidth > 0) this.#fit(bounds, 0);
    else this.#homeless = true;
  }

  /** The map has another size, or is seen again. */
  reshaped(): void {
    this.map.resize();
    if (!this.#homeless || !this.#home || this.map.getContainer().clientWidth === 0) return;
    this.#homeless = false;
    this.#fit(this.#home, 0);
  }

  goHome(): void {
    if (this.#home) this.#fit(this.#home, 600);
  }

  /** Shows all of a rectangle, from no nearer than events are seen from. */
  goTo(bounds: Bounds): void {
    const padding = { top: 60, right: 60, bottom: 60 + this.coveredPx(), left: 60 };
    this.map.fitBounds(bounds, { padding, duration: 500, maxZoom: EVENT_ZOOM });
  }

  flyTo(place: LonLat): void {
    const zoom = Math.max(this.map.getZoom(), EVENT_ZOOM);
    this.map.flyTo({ center: place, zoom, offset: [0, -this.coveredPx() / 2], duration: 700 });
  }

  /** Moves the map just so far that a place can be seen; not at all if it can. */
  reveal(place: LonLat): void {
    const { x, y } = this.map.project(place);
    const { clientWidth, clientHeight } = this.map.getContainer();
    const seen = x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight - this.coveredPx();
    if (!seen) this.map.easeTo({ center: place, offset: [0, -this.coveredPx() / 2], duration: 400 });
  }

  #fit(bounds: Bounds, duration: number): void {
    const padding = { top: 24, right: 24, bottom: 24 + this.coveredPx(), left: 24 };
    this.map.fitBounds(bounds, { padding, duration, animate: duration > 0 });
  }

  position(): Position {
    const { lng, lat } = this.map.getCenter();
    return { zoom: this.map.getZoom(), centre: [lng, lat] };
  }
}
