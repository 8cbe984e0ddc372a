// What the reader has chosen: view, filter, search, opened event; kept in the address bar together with the map's position.

import type { EventType, TrafficEvent } from '../model';
import { Watched } from '../signal';
import type { SpanName } from '../statistics/span';
import { type AddressState, readAddress, writeAddress } from './address';
import type { View } from './views';

export class ViewState {
  readonly view: Watched<View>;
  /** Types shown; empty means all. */
  readonly types: Watched<readonly EventType[]>;
  readonly search: Watched<string>;
  /** Id of the opened event. */
  readonly opened: Watched<string | null>;
  /** How far back the statistics look. */
  readonly span: Watched<SpanName>;
  #position: AddressState['position'];

  constructor() {
    const address = readAddress(location.hash);
    this.view = new Watched(address.view);
    this.span = new Watched(address.span);
    this.types = new Watched<readonly EventType[]>(address.types);
    this.search = new Watched(address.search);
    this.opened = new Watched(address.event);
    this.#position = address.position;
    this.types.watch(() => this.#write(false));
    this.search.watch(() => this.#write(false));
    this.span.watch(() => this.#write(false));
    addEventListener('popstate', () => this.#read());
  }

  /** The map's position as the address has it. */
  get position(): AddressState['position'] {
    return this.#position;
  }

  set position(position: AddressState['position']) {
    this.#position = position;
    this.#write(false);
  }

  /** Opens an event, or closes it with null. The browser's way back leads to what was there before. */
  open(id: string | null): void {
    if (id === this.opened.get()) return;
    this.opened.set(id);
    this.#write(true);
  }

  /** Goes over to a view. The browser's way back leads to the one before. */
  show(view: View): void {
    if (view === this.view.get()) return;
    this.view.set(view);
    this.#write(true);
  }

  /** Shows only this type too, or no longer. */
  toggle(type: EventType): void {
    const types = this.types.get();
    this.types.set(types.includes(type) ? types.filter((other) => other !== type) : [...types, type]);
  }

  clearFilter(): void {
    this.types.set([]);
    this.search.set('');
  }

  get isFiltered(): boolean {
    return this.types.get().length > 0 || this.search.get().trim() !== '';
  }

  /** Whether the filter and the search let an event through. */
  shows(event: TrafficEvent): boolean {
    const types = this.types.get();
    if (types.length > 0 && !types.includes(event.type)) return false;
    const words = this.search.get().trim().toLocaleLowerCase();
    if (!words) return true;
    const texts = [event.road?.name, event.zone?.name, event.road?.id, event.id, ...event.vehicles];
    return texts.some((text) => text?.toLocaleLowerCase().includes(words));
  }

  #write(asStep: boolean): void {
    const address = writeAddress({
      view: this.view.get(),
      span: this.span.get(),
      position: this.#position,
      types: [...this.types.get()],
      search: this.search.get(),
      event: this.opened.get(),
    });
    if (address === location.hash) return;
    if (asStep) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }

  #read(): void {
    const address = readAddress(location.hash);
    this.#position = address.position;
    this.view.set(address.view);
    this.span.set(address.span);
    this.types.set(address.types);
    this.search.set(address.search);
    this.opened.set(address.event);
  }
}
