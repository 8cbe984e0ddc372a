import type { DataDrivenPropertyValueSpecification } from 'maplibre-gl';

export type Width = DataDrivenPropertyValueSpecification<number>;

/** A width in pixels by zoom; between the zooms given it grows much as things on the ground do. */
export function widthAt(pairs: [number, unknown][]): Width {
  return ['interpolate', ['exponential', 1.6], ['zoom'], ...pairs.flat()] as unknown as Width;
}
