// From the feed to the stores: which node carries what, and when history is read again.

import { getEvents, type LiveInfo } from '../api';
import type { EventType, TrafficEvent } from '../model';
import type { Problems } from '../problems';
import { Happening } from '../signal';
import type { EventStore } from './events';
import { Feed } from './feed';
import type { Item, Notification } from './stanzas';
import { parseTraffic, type Traffic } from './traffic';

const HISTORY_LIMIT = 100;
/** Changes within this time ask for history once. */
const GATHER_MS = 1_000;

export class Live {
  readonly feed: Feed;
  /** A traffic picture came. */
  readonly traffic = new Happening<Traffic>();
  readonly #types: Map<string, EventType[]>;
  readonly #names: Map<string, 'accident' | 'jam' | 'zone' | 'traffic'>;
  #asking: ReturnType<typeof setTimeout> | undefined;

  constructor(
    info: LiveInfo,
    readonly store: EventStore,
    readonly problems: Problems,
  ) {
    const { accident, jam, zone, traffic } = info.nodes;
    this.#types = new Map<string, EventType[]>([
      [accident, ['accident']],
      [jam, ['jam']],
      [zone, ['zone_entry', 'zone_exit']],
    ]);
    this.#names = new Map([
      [accident, 'accident'],
      [jam, 'jam'],
      [zone, 'zone'],
      [traffic, 'traffic'],
    ]);
    const nodes = [...this.#types.keys()].map((name) => ({ name, keepsItems: true }));
    this.feed = new Feed(
      { ...info, nodes: [...nodes, { name: traffic, keepsItems: false }] },
      { items: (node, items) => this.#items(node, items), notified: (told) => this.#notified(told) },
    );
  }

  start(): void {
    this.feed.connect();
    addEventListener('online', () => this.feed.hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.feed.hurry());
  }

  /** What a node is about. */
  nameOf(node: string): 'accident' | 'jam' | 'zone' | 'traffic' | null {
    return this.#names.get(node) ?? null;
  }

  #items(node: string, items: readonly Item[]): void {
    const types = this.#types.get(node);
    if (!types) return;
    this.store.nodeRead(types, items.flatMap(eventOf));
    this.#askHistory();
  }

  #notified({ node, published, retracted, emptied }: Notification): void {
    for (const { content } of published) {
      if (content?.kind === 'event') this.store.published(content.event);
      if (content?.kind === 'traffic') this.#picture(content.json);
    }
    for (const id of retracted) {
      const event = this.store.get(id);
      this.store.retracted(id);
      // Its end was missed: history knows it.
      if (event && event.phase !== 'ended' && this.nameOf(node) !== 'zone') this.#askHistory();
    }
    const types = this.#types.get(node);
    if (emptied && types) this.store.nodeRead(types, []);
  }

  #picture(json: Record<string, unknown>): void {
    const traffic = parseTraffic(json);
    if (traffic) this.traffic.tell(traffic);
  }

  #askHistory(): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => void readHistory(this.store, this.problems), GATHER_MS);
  }
}

/** Reads what was: the newest of all types, and of the rare ones by themselves, which entries and exits would crowd out. */
export async function readHistory(store: EventStore, problems: Problems): Promise<void> {
  const events = await problems.insist('history', async () => {
    const queries = [{}, { type: 'accident' }, { type: 'jam' }];
    return (await Promise.all(queries.map((query) => getEvents({ ...query, limit: HISTORY_LIMIT })))).flat();
  });
  store.history(events);
}

function eventOf(item: Item): TrafficEvent[] {
  return item.content?.kind === 'event' ? [item.content.event] : [];
}
