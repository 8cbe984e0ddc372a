// The vehicles' own canvas, over the map's. The map is painted only when it changes; the vehicles at every frame.

import type { Map as MapLibreMap } from 'maplibre-gl';
import { type Drawn, drawnAt, type Vehicles } from '../live/vehicles';
import { palette, rgbOf } from './palette';
import { pixelsPerM, VehiclePainter, type View } from './vehicle-painter';
import { worldX, worldY } from './world';

/** Frames without any movement are painted this seldom, for what fades. Milliseconds. */
const STILL_FRAME_MS = 250;
/** How near a click must be to a vehicle, in pixels. */
const REACH_PX = 14;

export class VehicleLayer {
  readonly #map: MapLibreMap;
  readonly #vehicles: Vehicles;
  readonly #canvas = document.createElement('canvas');
  #painter: VehiclePainter | null = null;
  #movingUntil = 0;
  #paintedAt = 0;
  #loaded = false;
  #hidden = false;

  constructor(map: MapLibreMap, vehicles: Vehicles) {
    this.#map = map;
    this.#vehicles = vehicles;
    this.#canvas.className = 'vehicles';
    map.getCanvas().after(this.#canvas);
    this.#canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.#painter = null;
    });
    this.#canvas.addEventListener('webglcontextrestored', () => this.#begin());
    this.#begin();
    map.on('render', () => this.#paint(performance.now()));
    const frame = (): void => {
      requestAnimationFrame(frame);
      const now = performance.now();
      const still = now > this.#movingUntil && now - this.#paintedAt < STILL_FRAME_MS;
      // While the map moves, its own frames say when, so that vehicles stay on their roads.
      if (!map.isMoving() && !still) this.#paint(now);
    };
    requestAnimationFrame(frame);
  }

  /** Vehicles have new tracks. */
  changed(): void {
    this.#loaded = false;
  }

  /** Whether vehicles are drawn one by one. From afar they are not. */
  set hidden(hidden: boolean) {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    this.#canvas.hidden = hidden;
    if (!hidden) this.#paint(performance.now());
  }

  /** The theme's colours are others. */
  recolour(): void {
    this.#painter?.colour(rgbOf(palette()['label-halo']));
    this.#paint(performance.now());
  }

  /** The vehicle drawn nearest to a point of the map, if one is near. */
  near(point: { x: number; y: number }): Drawn | null {
    if (this.#hidden) return null;
    let best: Drawn | null = null;
    let bestPx = REACH_PX;
    for (const drawn of this.drawn()) {
      const at = this.#map.project([drawn.lon, drawn.lat]);
      const px = Math.hypot(at.x - point.x, at.y - point.y);
      if (px < bestPx) [best, bestPx] = [drawn, px];
    }
    return best;
  }

  /** One vehicle as it is drawn now. */
  one(id: string): Drawn | null {
    const track = this.#vehicles.get(id);
    return track ? drawnAt(track, performance.now()) : null;
  }

  /** All vehicles as they are drawn now. */
  drawn(): Drawn[] {
    const now = performance.now();
    return [...this.#vehicles.tracks()].map((track) => drawnAt(track, now));
  }

  #begin(): void {
    const gl = this.#canvas.getContext('webgl2', { alpha: true, antialias: false, depth: false });
    if (!gl) return;
    this.#painter = new VehiclePainter(gl);
    this.#loaded = false;
    this.recolour();
  }

  #paint(now: number): void {
    if (!this.#painter || this.#hidden) return;
    if (!this.#loaded) {
      this.#painter.load(this.#vehicles.tracks(), this.#vehicles.count, now);
      this.#movingUntil = 0;
      for (const track of this.#vehicles.tracks()) this.#movingUntil = Math.max(this.#movingUntil, track.end);
      this.#loaded = true;
    }
    this.#paintedAt = now;
    this.#painter.paint(this.#view(), sizePx(this.#map.getZoom()), now);
  }

  #view(): View {
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    const density = Math.min(2, window.devicePixelRatio);
    const [deviceWidth, deviceHeight] = [Math.round(width * density), Math.round(height * density)];
    if (this.#canvas.width !== deviceWidth || this.#canvas.height !== deviceHeight) {
      this.#canvas.width = deviceWidth;
      this.#canvas.height = deviceHeight;
    }
    const { lng, lat } = this.#map.getCenter();
    return { x: worldX(lng), y: worldY(lat), pixelsPerM: pixelsPerM(this.#map.getZoom()), width, height, density };
  }
}

/** From the middle of an arrowhead to its tip. */
function sizePx(zoom: number): number {
  return Math.min(13, Math.max(3.5, 3.5 + (zoom - 12) * 1.2));
}
