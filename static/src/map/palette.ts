// The map's colours, taken from the stylesheet's custom properties, so that both themes live in one place.

const NAMES = [
  'land',
  'water',
  'green',
  'building',
  'building-edge',
  'path',
  'rail',
  'road',
  'road-edge',
  'label',
  'label-halo',
  'flow',
  'slow',
  'slower',
  'stuck',
  'casing',
  'jam',
  'zone',
  'accident',
] as const;

export type Palette = Record<(typeof NAMES)[number], string>;

/** The colours of the theme that is on now. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--map-${name}`).trim()])) as Palette;
}

/** Stops of the vehicles' speed colours: km/h, and the colour as the stylesheet has it. */
export function speedColours(): { kmh: number; colour: string }[] {
  const style = getComputedStyle(document.documentElement);
  return [0, 15, 30, 50, 80].map((kmh) => ({ kmh, colour: style.getPropertyValue(`--speed-${kmh}`).trim() }));
}

/** Stops of the vehicles' speed colours: km/h, then red, green, blue 0…1. */
export function speedRamp(): { kmh: number; rgb: [number, number, number] }[] {
  return speedColours().map(({ kmh, colour }) => ({ kmh, rgb: rgbOf(colour) }));
}

/** A CSS colour as red, green, blue 0…1. The browser reads it, in whichever form the stylesheet has it. */
export function rgbOf(colour: string): [number, number, number] {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return [0, 0, 0];
  context.fillStyle = colour;
  const value = Number.parseInt(context.fillStyle.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
