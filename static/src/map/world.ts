// Web Mercator in metres at the equator, east and south of the world's upper left corner.

/** The width of the world. */
export const WORLD_M = 40_075_016.686;

export function worldX(lon: number): number {
  return ((lon + 180) / 360) * WORLD_M;
}

export function worldY(lat: number): number {
  const sin = Math.sin((lat * Math.PI) / 180);
  return (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * WORLD_M;
}
