// Accidents and jams that begin are told by a sound and, where the browser allows it, a notification; only if switched on.

import type { EventStore } from '../live/events';
import { isEpisode, type TrafficEvent } from '../model';
import { sentenceOf } from '../panel/words';
import { Watched } from '../signal';
import { store as remember, stored } from '../ui/storage';
import { chime } from './chime';

/** Events that begin within this time are told by one sound. Milliseconds. */
const GATHER_MS = 2_000;

export class Alerts {
  readonly on = new Watched(stored('alerts') === 'on');
  #soundedAt = 0;

  constructor(
    store: EventStore,
    shows: (event: TrafficEvent) => boolean,
    readonly open: (id: string) => void,
  ) {
    store.appeared.listen((event) => {
      if (this.on.get() && isEpisode(event.type) && shows(event)) this.#tell(event);
    });
  }

  /** Switches over. The press that switches on lets the browser play, and asks whether it may notify. */
  async switch(): Promise<void> {
    const on = !this.on.get();
    this.on.set(on);
    remember('alerts', on ? 'on' : 'off');
    if (!on) return;
    chime('jam');
    if ('Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
  }

  #tell(event: TrafficEvent): void {
    const now = Date.now();
    if (isDue(this.#soundedAt, now)) {
      this.#soundedAt = now;
      chime(event.type);
    }
    if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
    const notification = new Notification(sentenceOf(event), { tag: event.id, icon: '/icon.svg' });
    notification.onclick = () => {
      window.focus();
      this.open(event.id);
      notification.close();
    };
  }
}

/** Whether a sound may follow the last one. */
export function isDue(soundedAt: number, now: number): boolean {
  return now - soundedAt >= GATHER_MS;
}
