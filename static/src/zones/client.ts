// Zones over REST: kept, made anew, deleted.

import type { Feature } from 'geojson';
import { change } from '../api';
import { isRecord } from '../model';

/** Makes or replaces a zone; one without an id gets one. Answers with the id. */
export async function keep(feature: Feature): Promise<string> {
  const id = idOf(feature);
  const kept = id
    ? await change('PUT', `/zones/${encodeURIComponent(id)}`, feature)
    : await change('POST', '/zones', feature);
  return (isRecord(kept) && idOf(kept as unknown as Feature)) || id || '';
}

export async function remove(id: string): Promise<void> {
  await change('DELETE', `/zones/${encodeURIComponent(id)}`, null);
}

/** The id of a zone's Feature, if it has one. */
export function idOf(feature: Feature): string | null {
  const id = feature.properties?.id ?? feature.id;
  return id === undefined || id === null || id === '' ? null : String(id);
}

/** The Features in a file of GeoJSON. */
export function featuresIn(text: string): Feature[] {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) return [];
  if (value.type === 'FeatureCollection' && Array.isArray(value.features)) return value.features as Feature[];
  return value.type === 'Feature' ? [value as unknown as Feature] : [];
}
