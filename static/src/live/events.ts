// What is going on and what was, put together from PubSub (what is going on now) and REST (what was).

import { EVENT_TYPES, type EventType, isEpisode, type TrafficEvent } from '../model';
import { Happening } from '../signal';

/** Ended events kept of each type; older ones are history's. */
const MAX_ENDED = 100;

interface Entry {
  event: TrafficEvent;
  /** Whether its node holds it: what a node holds is going on. */
  held: boolean;
}

export class EventStore {
  /** Something is not as it was. */
  readonly changed = new Happening<void>();
  /** An event was published that nobody here had seen. Not told of what is found on connecting. */
  readonly appeared = new Happening<TrafficEvent>();

  readonly #entries = new Map<string, Entry>();
  /** Types whose node has been read. Until then REST's word is taken for what is going on. */
  readonly #read = new Set<EventType>();

  /** The newest revision known of an event. */
  get(id: string): TrafficEvent | null {
    return this.#entries.get(id)?.event ?? null;
  }

  isOngoing(id: string): boolean {
    const entry = this.#entries.get(id);
    if (!entry || entry.event.phase === 'ended') return false;
    return this.#read.has(entry.event.type) ? entry.held : isEpisode(entry.event.type);
  }

  /** What is going on, newest first. */
  ongoing(): TrafficEvent[] {
    return this.#sorted((id) => this.isOngoing(id));
  }

  /** What has ended or passed, newest first. */
  ended(): TrafficEvent[] {
    return this.#sorted((id) => !this.isOngoing(id));
  }

  /** A revision was published on its node. */
  published(event: TrafficEvent): void {
    const isNew = !this.#entries.has(event.id);
    this.#take(event, true);
    this.#prune();
    if (isNew && event.phase !== 'ended') this.appeared.tell(event);
    this.changed.tell();
  }

  /** An item was taken off its node: that event no longer goes on. */
  retracted(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.held = false;
    this.#prune();
    this.changed.tell();
  }

  /** All items of the node that carries these types, as read on (re)connecting: what is not among them is over. */
  nodeRead(types: EventType[], events: TrafficEvent[]): void {
    for (const entry of this.#entries.values()) {
      if (types.includes(entry.event.type)) entry.held = false;
    }
    for (const event of events) this.#take(event, true);
    for (const type of types) this.#read.add(type);
    this.#prune();
    this.changed.tell();
  }

  /** Events from history. They never take anything off the list of what is going on but by a later revision. */
  history(events: TrafficEvent[]): void {
    for (const event of events) this.#take(event, false);
    this.#prune();
    this.changed.tell();
  }

  #take(event: TrafficEvent, held: boolean): void {
    const entry = this.#entries.get(event.id);
    if (!entry) {
      this.#entries.set(event.id, { event, held });
      return;
    }
    entry.held ||= held;
    if (event.revision > entry.event.revision) entry.event = event;
  }

  #sorted(wanted: (id: string) => boolean): TrafficEvent[] {
    return [...this.#entries.values()]
      .map((entry) => entry.event)
      .filter((event) => wanted(event.id))
      .sort((a, b) => b.occurredAt - a.occurredAt || (a.id < b.id ? 1 : -1));
  }

  #prune(): void {
    const ended = this.ended();
    for (const type of EVENT_TYPES) {
      for (const event of ended.filter((candidate) => candidate.type === type).slice(MAX_ENDED)) {
        this.#entries.delete(event.id);
      }
    }
  }
}
