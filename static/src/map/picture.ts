// What the map shows, kept in step with the stores.

import type { FeatureCollection } from 'geojson';
import * as format from '../format';
import { language } from '../i18n';
import type { EventStore } from '../live/events';
import type { Traffic } from '../live/traffic';
import type { Vehicles } from '../live/vehicles';
import type { Zone } from '../live/zones';
import { isEpisode } from '../model';
import { sentenceOf } from '../panel/words';
import type { Watched } from '../signal';
import type { ViewState } from '../ui/state';
import { CLUSTER_BELOW_ZOOM, clustersOf } from './clusters';
import { jamLines, jamTails } from './jams';
import type { LiveMap } from './map';
import { RoadLines } from './roads';
import { placeOf, Signs } from './signs';
import { VehicleLayer } from './vehicles';
import { ZoneLabels } from './zone-labels';
import { countIn, zoneAreas } from './zones';

export class Picture {
  readonly vehicleLayer: VehicleLayer;
  readonly #signs: Signs;
  readonly #zoneLabels: ZoneLabels;
  #roads: RoadLines | null = null;
  #traffic: Traffic | null = null;
  #states = '';
  #jams = '';
  #gathered = '';

  constructor(
    readonly live: LiveMap,
    readonly vehicles: Vehicles,
    readonly store: EventStore,
    readonly zones: Watched<readonly Zone[]>,
    readonly state: ViewState,
    open: (id: string) => void,
  ) {
    this.vehicleLayer = new VehicleLayer(live.map, vehicles);
    this.#zoneLabels = new ZoneLabels(live.map);
    this.#signs = new Signs(live.map, open);
    live.map.on('zoom', () => this.#gather());
    store.changed.listen(() => this.#showEvents());
    // Entries and exits are too many to draw the eye each time.
    store.appeared.listen((event) => {
      if (isEpisode(event.type) && this.state.shows(event)) this.#signs.pulse(placeOf(event), event.type);
    });
    state.view.watch(() => this.#gather());
    state.opened.watch(() => this.#showEvents());
    state.types.watch(() => this.#showEvents());
    state.search.watch(() => this.#showEvents());
    zones.watch((list) => {
      live.show('zones', zoneAreas(list));
      this.#zoneLabels.zones(list);
      this.#countZones();
    });
    language.watch(() => {
      this.#showEvents();
      this.#countZones();
    });
  }

  /** The road network is here. */
  network(roads: FeatureCollection): void {
    this.live.show('roads', roads);
    this.#roads = new RoadLines(roads);
    this.#states = '';
    this.#showStates();
  }

  /** A traffic picture came at the local time `now` of the page's own clock. */
  picture(traffic: Traffic, now: number): void {
    this.#traffic = traffic;
    this.vehicles.update(traffic, now);
    this.vehicleLayer.changed();
    this.#gather();
    this.#showStates();
    this.#countZones();
  }

  recolour(): void {
    this.live.recolour();
    this.vehicleLayer.recolour();
  }

  /** From afar vehicles are gathered to clusters. */
  #gather(): void {
    const zoom = this.live.map.getZoom();
    const far = zoom < CLUSTER_BELOW_ZOOM;
    // The history shows what was, not who drives now.
    this.vehicleLayer.hidden = far || this.state.view.get() === 'history';
    const key = far ? `${Math.floor(zoom)} ${this.#traffic?.at}` : '';
    if (key === this.#gathered) return;
    this.#gathered = key;
    this.live.show('clusters', clustersOf(far ? this.vehicleLayer.drawn() : [], zoom));
  }

  #showStates(): void {
    if (!this.#roads || !this.#traffic) return;
    const states = JSON.stringify(this.#traffic.roads);
    if (states === this.#states) return;
    this.#states = states;
    this.live.show('states', this.#roads.drawn(this.#traffic.roads));
  }

  #showEvents(): void {
    const ongoing = this.store.ongoing().filter((event) => this.state.shows(event));
    const opened = this.state.opened.get();
    const openedEvent = opened ? this.store.get(opened) : null;
    const jams = ongoing.filter(({ type }) => type === 'jam');
    const accidents = ongoing.filter(({ type }) => type === 'accident');
    // An opened event is shown even when it has ended or the filter hides it.
    if (openedEvent?.type === 'jam' && !jams.includes(openedEvent)) jams.push(openedEvent);
    if (openedEvent?.type === 'accident' && !accidents.includes(openedEvent)) accidents.push(openedEvent);
    const [lines, tails] = [jamLines(jams, opened), jamTails(jams, format.length)];
    const drawn = JSON.stringify([lines, tails]);
    if (drawn !== this.#jams) {
      this.#jams = drawn;
      this.live.show('jams', lines);
      this.live.show('tails', tails);
    }
    this.#signs.accidents(accidents, sentenceOf);
    this.#signs.choose(openedEvent ? placeOf(openedEvent) : null);
  }

  #countZones(): void {
    const sample = this.#traffic?.sample;
    if (!sample) return;
    // Where the sample is not all there is, the count is of the least there can be.
    const isWhole = sample.length >= (this.#traffic?.vehicles ?? 0);
    this.#zoneLabels.count((zone) => `${isWhole ? '' : '≥ '}${format.number(countIn(zone, sample))}`);
  }
}
