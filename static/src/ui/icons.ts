// The signs as SVG, made by script: no file, no font.

const SVG = 'http://www.w3.org/2000/svg';

type Shape = [name: string, attributes: Record<string, string | number>];

function svg(size: number, shapes: Shape[], className = 'icon'): SVGSVGElement {
  const root = document.createElementNS(SVG, 'svg');
  root.setAttribute('viewBox', `0 0 ${size} ${size}`);
  root.setAttribute('class', className);
  root.setAttribute('aria-hidden', 'true');
  for (const [name, attributes] of shapes) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    root.append(shape);
  }
  return root;
}

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 1.8,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
};
const HEXAGON = 'M5 2.6h6l3.2 5.4-3.2 5.4H5L1.8 8Z';

const SHAPES: Record<string, Shape[]> = {
  accident: [
    [
      'path',
      {
        d: 'M8 1.6 15 14H1Z',
        fill: 'currentColor',
        stroke: 'currentColor',
        'stroke-width': 1,
        'stroke-linejoin': 'round',
      },
    ],
  ],
  jam: [
    ['rect', { x: 5, y: 5.6, width: 11, height: 4.8, rx: 1.4, fill: 'currentColor' }],
    ['path', { d: 'M4.6 3.4 1 8l3.6 4.6', ...stroke, 'stroke-width': 2 }],
  ],
  zone_entry: [
    ['path', { d: HEXAGON, ...stroke, 'stroke-width': 1.4 }],
    ['path', { d: 'M0 8h7.6M5.2 5.6 7.8 8l-2.6 2.4', ...stroke }],
  ],
  zone_exit: [
    ['path', { d: HEXAGON, ...stroke, 'stroke-width': 1.4 }],
    ['path', { d: 'M8 8h7.6M13.2 5.6 15.8 8l-2.6 2.4', ...stroke }],
  ],
  back: [['path', { d: 'M10 3 5 8l5 5', ...stroke }]],
  fold: [['path', { d: 'M6 3l5 5-5 5', ...stroke }]],
  close: [['path', { d: 'M4 4l8 8M12 4l-8 8', ...stroke }]],
  theme: [
    ['circle', { cx: 8, cy: 8, r: 5.6, ...stroke }],
    ['path', { d: 'M8 2.4a5.6 5.6 0 0 1 0 11.2Z', fill: 'currentColor' }],
  ],
  help: [
    ['path', { d: 'M5.4 5.8a2.6 2.6 0 1 1 3.6 2.5c-.7.3-1 .7-1 1.5', ...stroke }],
    ['circle', { cx: 8, cy: 12.6, r: 1.1, fill: 'currentColor' }],
  ],
  home: [['path', { d: 'M2.4 6V2.4H6M10 2.4h3.6V6M13.6 10v3.6H10M6 13.6H2.4V10', ...stroke }]],
  live: [
    [
      'path',
      { d: 'M2 4.2 6 2.6l4 1.8 4-1.6v9L10 13.4l-4-1.8-4 1.6ZM6 2.6v9M10 4.4v9', ...stroke, 'stroke-width': 1.4 },
    ],
  ],
  statistics: [['path', { d: 'M2.4 13.6h11.2M4.4 11V7M8 11V3M11.6 11V5.4', ...stroke, 'stroke-width': 2 }]],
  history: [
    ['circle', { cx: 8, cy: 8, r: 5.8, ...stroke }],
    ['path', { d: 'M8 4.6V8l2.6 1.6', ...stroke }],
  ],
  zones: [
    ['path', { d: HEXAGON, ...stroke, 'stroke-width': 1.5 }],
    ['circle', { cx: 8, cy: 8, r: 1.4, fill: 'currentColor' }],
  ],
  person: [
    ['circle', { cx: 8, cy: 5.2, r: 2.8, ...stroke, 'stroke-width': 1.5 }],
    ['path', { d: 'M2.8 13.6a5.2 5.2 0 0 1 10.4 0', ...stroke, 'stroke-width': 1.5 }],
  ],
  bell: [
    ['path', { d: 'M3.4 11.4c1-1 1.2-2 1.2-4a3.4 3.4 0 0 1 6.8 0c0 2 .2 3 1.2 4Z', ...stroke, 'stroke-width': 1.5 }],
    ['path', { d: 'M6.6 13.6a1.5 1.5 0 0 0 2.8 0', ...stroke, 'stroke-width': 1.5 }],
  ],
  simulator: [
    ['path', { d: 'M2 4.4h6.4M12 4.4h2M2 8h1.6M7.2 8H14M2 11.6h7.6M13.2 11.6h.8', ...stroke }],
    ['circle', { cx: 10.2, cy: 4.4, r: 1.6, ...stroke, 'stroke-width': 1.4 }],
    ['circle', { cx: 5.4, cy: 8, r: 1.6, ...stroke, 'stroke-width': 1.4 }],
    ['circle', { cx: 11.4, cy: 11.6, r: 1.6, ...stroke, 'stroke-width': 1.4 }],
  ],
  place: [
    ['circle', { cx: 8, cy: 8, r: 4.4, ...stroke }],
    ['path', { d: 'M8 .8v4M8 11.2v4M.8 8h4M11.2 8h4', ...stroke }],
  ],
  link: [
    [
      'path',
      {
        d: 'M6.6 9.4 9.4 6.6M7.6 4.8l1.6-1.6a2.5 2.5 0 0 1 3.6 3.6l-1.6 1.6M8.4 11.2l-1.6 1.6a2.5 2.5 0 0 1-3.6-3.6l1.6-1.6',
        ...stroke,
      },
    ],
  ],
};

/** A sign by its name: a type of event, or what a button does. */
export function icon(name: string): SVGSVGElement {
  return svg(16, SHAPES[name] ?? []);
}

/** The accident's triangle as it stands on the map. */
export function accidentSign(): SVGSVGElement {
  return svg(
    32,
    [
      ['path', { class: 'body', d: 'M16 4 29.5 27.5H2.5Z' }],
      ['path', { class: 'mark', d: 'M16 11.5v8' }],
      ['circle', { class: 'dot', cx: 16, cy: 23.6, r: 1.5 }],
    ],
    'accident-shape',
  );
}
