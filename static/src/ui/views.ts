// The page's views, in the order of the rail, each with the key that leads there.

export const VIEWS = ['live', 'history', 'statistics', 'zones', 'simulator'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_KEYS: Record<View, string> = { live: 'l', history: 'h', statistics: 's', zones: 'z', simulator: 'm' };

/** The view that the address names; the live map unless it names one. */
export function viewOf(hash: string): View {
  const name = hash.replace(/^#/, '').split('?')[0];
  return VIEWS.find((view) => view === name) ?? 'live';
}
