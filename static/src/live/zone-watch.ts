// Asks for the zones every few seconds while the page is seen, and at once when it comes into view again.

import { type ApiError, getZones } from '../api';
import type { Problems } from '../problems';
import { Watched } from '../signal';
import { readZones, type Zone } from './zones';

const INTERVAL_MS = 4_000;

export class ZoneWatch {
  readonly zones = new Watched<readonly Zone[]>([]);
  #tag: string | null = null;
  #text = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly problems: Problems) {}

  start(): void {
    document.addEventListener('visibilitychange', () => document.hidden || void this.#ask());
    void this.#ask();
  }

  /** Asks now: somebody here has changed a zone. */
  refresh(): void {
    void this.#ask();
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const answer = await getZones(this.#tag);
      this.problems.clear('zones');
      if (answer) this.#take(answer.zones, answer.tag);
    } catch (error) {
      const detail = (error as ApiError).status === null ? null : (error as ApiError).message;
      this.problems.report({ part: 'zones', detail, retryAt: Date.now() + INTERVAL_MS });
    }
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = setTimeout(() => void this.#ask(), INTERVAL_MS);
  }

  #take(collection: Parameters<typeof readZones>[0], tag: string | null): void {
    this.#tag = tag;
    const text = JSON.stringify(collection.features);
    if (text === this.#text) return;
    this.#text = text;
    this.zones.set(readZones(collection));
  }
}
