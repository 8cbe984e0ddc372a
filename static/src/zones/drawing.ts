// Drawing on the map: the library that does it, loaded when it is first needed.

import type { Feature, Geometry } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { TerraDraw } from 'terra-draw';
import { MODES, type Shape, toDrawing } from './shape';

export class Drawing {
  #draw: TerraDraw | null = null;
  #loading: Promise<TerraDraw> | null = null;
  #id: string | number | null = null;
  #finished: (drawn: Geometry) => void = () => {};
  #changed: (drawn: Geometry) => void = () => {};

  constructor(readonly map: MapLibreMap) {}

  /** Whether something is being drawn or edited. */
  get busy(): boolean {
    return this.#draw?.enabled === true && this.#draw.getMode() !== 'static';
  }

  /** Lets a shape be drawn; `finished` is told when it is. */
  async begin(shape: Shape, finished: (drawn: Geometry) => void): Promise<void> {
    const draw = await this.#started();
    draw.clear();
    this.#id = null;
    this.#finished = finished;
    this.#changed = () => {};
    draw.setMode(MODES[shape]);
  }

  /** Lets a zone be dragged about; `changed` is told of every change. False if its shape cannot be. */
  async edit(zone: Feature, changed: (drawn: Geometry) => void): Promise<boolean> {
    const drawing = toDrawing(zone);
    if (!drawing) return false;
    const draw = await this.#started();
    draw.clear();
    const { mode, geometry, radiusM } = drawing;
    const id = draw.getFeatureId();
    const properties = radiusM === null ? { mode } : { mode, radiusKilometers: radiusM / 1000 };
    const [added] = draw.addFeatures([{ type: 'Feature', id, geometry, properties } as never]);
    if (!added?.valid) return false;
    this.#id = id;
    this.#finished = () => {};
    this.#changed = changed;
    draw.setMode('select');
    draw.selectFeature(id);
    return true;
  }

  /** Ends whatever is drawn, without a trace. */
  end(): void {
    if (!this.#draw?.enabled) return;
    this.#id = null;
    this.#draw.setMode('static');
    this.#draw.clear();
  }

  async #started(): Promise<TerraDraw> {
    this.#loading ??= this.#load();
    this.#draw = await this.#loading;
    if (!this.#draw.enabled) this.#draw.start();
    return this.#draw;
  }

  async #load(): Promise<TerraDraw> {
    const [library, { TerraDrawMapLibreGLAdapter }] = await Promise.all([
      import('terra-draw'),
      import('terra-draw-maplibre-gl-adapter'),
    ]);
    const points = { midpoints: true, draggable: true, deletable: true };
    const area = { feature: { draggable: true, coordinates: points } };
    const draw = new library.TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: this.map }),
      modes: [
        new library.TerraDrawPolygonMode(),
        new library.TerraDrawCircleMode(),
        new library.TerraDrawLineStringMode(),
        new library.TerraDrawSelectMode({
          flags: {
            polygon: area,
            linestring: area,
            circle: { feature: { draggable: true, coordinates: { resizable: 'center' } } },
          },
        }),
      ],
    });
    draw.on('finish', (id) => {
      const drawn = draw.getSnapshotFeature(id);
      if (drawn && this.#id === null) this.#finished(drawn.geometry);
    });
    draw.on('change', (ids, type) => {
      if (this.#id === null || type !== 'update' || !ids.includes(this.#id)) return;
      const drawn = draw.getSnapshotFeature(this.#id);
      if (drawn) this.#changed(drawn.geometry);
    });
    return draw;
  }
}
