// The roads that had jams or accidents in a span, to choose from.

import { getJson } from '../api';
import { isRecord } from '../model';

const MAX_ROADS = 200;

export interface RoadChoice {
  id: string;
  name: string;
}

/** Roads by name; a road without one is called by its id. */
export async function roadsBetween(from: number, to: number): Promise<RoadChoice[]> {
  const span = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  const answer = await getJson(`/statistics/roads?${span}&limit=${MAX_ROADS}`);
  const entries = isRecord(answer) && Array.isArray(answer.roads) ? answer.roads : [];
  const roads = entries.flatMap((entry): RoadChoice[] => {
    if (!isRecord(entry) || !isRecord(entry.road)) return [];
    const id = String(entry.road.id);
    return [{ id, name: typeof entry.road.name === 'string' && entry.road.name ? entry.road.name : id }];
  });
  return roads.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}
