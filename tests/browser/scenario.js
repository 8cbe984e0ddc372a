// What the simulator stages, and on which road that is.

import { readFileSync } from 'node:fs';
import { URL_OF_PAGE } from './stage.js';

const SHIPPED = new URL('../../simulator/scenarios/helsinki.toml', import.meta.url);

/** The incidents of the scenario that runs: `{ kind, lat, lon }`. */
export function incidents() {
  const given = process.env.VIGIROUTE_SCENARIO_JSON;
  if (!given) return incidentsOfToml(readFileSync(SHIPPED, 'utf8'));
  const scenario = JSON.parse(given.trimStart().startsWith('{') ? given : readFileSync(given, 'utf8'));
  const list = scenario.incidents ?? scenario.incident ?? [];
  return list.flatMap(({ kind, place }) =>
    place?.lat === undefined ? [] : [{ kind, lat: place.lat, lon: place.lon }],
  );
}

/** Enough of TOML for the scenario that ships: tables of incidents with a kind and a place in degrees. */
function incidentsOfToml(text) {
  return text
    .split(/^\[\[?/m)
    .filter((table) => table.startsWith('incident]]'))
    .flatMap((table) => {
      const kind = /^kind\s*=\s*"(\w+)"/m.exec(table)?.[1];
      const lat = /^place\s*=.*\blat\s*=\s*([\d.-]+)/m.exec(table)?.[1];
      const lon = /^place\s*=.*\blon\s*=\s*([\d.-]+)/m.exec(table)?.[1];
      return kind && lat && lon ? [{ kind, lat: Number(lat), lon: Number(lon) }] : [];
    });
}

/** The name of the road nearest to a place. */
export async function roadAt({ lat, lon }) {
  const response = await fetch(`${URL_OF_PAGE}/api/v1/roads`);
  const { features } = await response.json();
  let best = { name: null, metres: Number.POSITIVE_INFINITY };
  for (const { geometry, properties } of features) {
    if (geometry.type !== 'LineString' || !properties.name) continue;
    const metres = distanceToLineM({ lat, lon }, geometry.coordinates);
    if (metres < best.metres) best = { name: properties.name, metres };
  }
  return best.name;
}

/** Metres from a place to the nearest point of a line. */
export function distanceToLineM({ lat, lon }, line) {
  const perDegree = 111_195;
  const cos = Math.cos((lat * Math.PI) / 180);
  const flat = line.map(([x, y]) => [(x - lon) * perDegree * cos, (y - lat) * perDegree]);
  if (flat.length === 1) return Math.hypot(...flat[0]);
  return Math.min(
    ...flat.slice(1).map(([bx, by], index) => {
      const [ax, ay] = flat[index];
      const [dx, dy] = [bx - ax, by - ay];
      const part = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
      return Math.hypot(ax + dx * part, ay + dy * part);
    }),
  );
}

/** All lines of a geometry; a point is a line of one. */
export function linesOf({ type, coordinates }) {
  if (type === 'Point') return [[coordinates]];
  return type === 'LineString' ? [coordinates] : coordinates;
}
