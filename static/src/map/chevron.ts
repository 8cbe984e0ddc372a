// The chevron at a jam's tail, drawn in the theme's colours for the map to place and turn.

/** Pixels of the picture for one on the map. */
export const CHEVRON_DENSITY = 3;
const SIZE_PX = 26;

/** A chevron that points up. */
export function chevronImage(fill: string, casing: string): ImageData {
  const canvas = document.createElement('canvas');
  const side = SIZE_PX * CHEVRON_DENSITY;
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) return new ImageData(side, side);
  context.scale(CHEVRON_DENSITY, CHEVRON_DENSITY);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const [colour, width] of [
    [casing, 8.5],
    [fill, 4.5],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(5, 17);
    context.lineTo(13, 8);
    context.lineTo(21, 17);
    context.stroke();
  }
  return context.getImageData(0, 0, side, side);
}
