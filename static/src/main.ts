// The page: map, panel and status line, put together; and the order in which things come to life.

import './style.css';
import { AccountDialog } from './account/dialog';
import { Session } from './account/session';
import { Alerts } from './alerts/alerts';
import { getBasemap, getLive, getRoads, type LiveInfo } from './api';
import { HistoryPanel } from './history/panel';
import { language, t } from './i18n';
import { expose } from './inspect';
import { EventStore } from './live/events';
import type { FeedState } from './live/feed';
import { Live, readHistory } from './live/live';
import { Vehicles } from './live/vehicles';
import { ZoneWatch } from './live/zone-watch';
import { LiveMap } from './map/map';
import { pastDots } from './map/past';
import { Picture } from './map/picture';
import { PlaceMenu } from './map/place-menu';
import { Pointing } from './map/pointing';
import { placeOf } from './map/signs';
import type { TrafficEvent } from './model';
import { Panel } from './panel/panel';
import { Problems } from './problems';
import { Watched } from './signal';
import { type Kind, SimulatorPanel } from './simulator/panel';
import { StatisticsView } from './statistics/view';
import { StatusLine } from './status/line';
import { Notices } from './status/notices';
import { h } from './ui/dom';
import { Help } from './ui/help';
import { listenToKeys } from './ui/keys';
import { legend } from './ui/legend';
import { rail } from './ui/rail';
import { ViewState } from './ui/state';
import { startTheme, theme } from './ui/theme';
import { toolbar } from './ui/toolbar';
import { ZonesPanel } from './zones/panel';

startTheme();
const problems = new Problems();
const store = new EventStore();
const vehicles = new Vehicles();
const zoneWatch = new ZoneWatch(problems);
const state = new ViewState();
const session = new Session();
const connected = new Watched(false);
const linked = state.position !== null;
let live: Live | null = null;
const feedState = (): FeedState => live?.feed.state.get() ?? { kind: 'connecting' };

// The frame.
const help = new Help();
const account = new AccountDialog(session);
const mapElement = h('div', { class: 'map' });
const attribution = h('p', { class: 'attribution' });
const panel = new Panel(store, state, connected, {
  open: (id) => {
    state.open(id);
    setTimeout(() => flyTo(id), 160);
  },
  centre: (id) => flyTo(id),
  found: (event) => store.history([event]),
  reshaped: () => map.reshaped(),
});
const status = new StatusLine(feedState, (node) => {
  const name = live?.nameOf(node);
  return name ? t(`node.${name}`) : node;
});
const notices = new Notices(problems);
const alerts = new Alerts(
  store,
  (event) => state.shows(event),
  (id) => {
    state.show('live');
    state.open(id);
  },
);
const tools = toolbar(
  {
    home: () => map.goHome(),
    alert: () => void alerts.switch(),
    help: () => help.open(),
    account: () => account.open(),
  },
  alerts.on,
  session,
);
tools.append(panel.sheet.fold);
const stage = h('main', { class: 'stage' }, mapElement, tools, notices.element, legend(), attribution);
const title = h('h1', { class: 'unseen' });
const statistics = new StatisticsView(state);
let armed: Kind | null = null;
const simulator = new SimulatorPanel(state, session, {
  signIn: () => account.open(),
  arm: (kind) => {
    armed = kind;
    stage.classList.toggle('is-armed', kind !== null);
  },
  open: (id) => {
    state.show('live');
    state.open(id);
  },
});
const past = new HistoryPanel(
  state,
  () => zoneWatch.zones.get(),
  (event) => {
    store.history([event]);
    state.show('live');
    state.open(event.id);
    setTimeout(() => flyTo(event.id), 160);
  },
);
const views = rail(state.view, (view) => state.show(view));
const frame = document.getElementById('app');
frame?.append(
  title,
  views,
  stage,
  panel.element,
  past.element,
  simulator.element,
  statistics.element,
  status.element,
  help.element,
  account.element,
);
state.view.watch((view) => {
  stage.hidden = view === 'statistics';
  panel.element.hidden = view !== 'live';
});
language.watch(() => {
  title.textContent = t('app.title');
  stage.setAttribute('aria-label', t('app.map'));
  tick();
});

// The map. Without WebGL there is none, and the page says so instead of staying blank.
if (!document.createElement('canvas').getContext('webgl2')) {
  stage.append(h('p', { class: 'no-map', role: 'alert' }, t('app.noMap')));
  throw new Error('WebGL 2 is not available');
}
const map = new LiveMap(mapElement, state.position, () => {
  const shown =
    [...document.querySelectorAll<HTMLElement>('.panel')].find((element) => !element.hidden) ?? panel.element;
  const [sheet, ground] = [shown.getBoundingClientRect(), mapElement.getBoundingClientRect()];
  const isOver = sheet.left < ground.right && sheet.height > 0;
  return isOver ? Math.min(Math.max(0, ground.bottom - sheet.top), ground.height * 0.6) : 0;
});
const picture = new Picture(map, vehicles, store, zoneWatch.zones, state, openOnMap);
const pointing = new Pointing(map.map, picture.vehicleLayer, openOnMap);
const zonesPanel = new ZonesPanel(state, map.map, zoneWatch.zones, session, {
  signIn: () => account.open(),
  changed: () => zoneWatch.refresh(),
  flyTo: (zone) => map.goTo(zone.bounds),
});
frame?.insertBefore(zonesPanel.element, statistics.element);
let listed: readonly TrafficEvent[] = [];
const showPast = (): void => map.show('past', pastDots(state.view.get() === 'history' ? listed : []));
past.listed.listen((events) => {
  listed = events;
  showPast();
});
state.view.watch(() => {
  map.reshaped();
  showPast();
});
const placeMenu = new PlaceMenu(map.map, session.mayChange, {
  open: (event) => {
    store.history([event]);
    state.show('live');
    state.open(event.id);
  },
  stageCrash: (place) => {
    state.show('simulator');
    void simulator.stageAt('crash', place);
  },
});
map.map.on('click', (event) => {
  if (armed) void simulator.stageAt(armed, { lat: event.lngLat.lat, lon: event.lngLat.lng });
});
theme.watch(() => picture.recolour());
map.map.on('moveend', () => {
  if (homed && !stage.hidden) state.position = map.position();
});
let homed = linked;
// A link to an event that says nothing of the map's position leads to the event, once it is known where that is.
const stopLooking = store.changed.listen(() => {
  const opened = state.opened.get();
  if (opened && !linked && !store.get(opened)) return;
  if (opened && !linked) flyTo(opened);
  stopLooking();
});

listenToKeys({
  next: () => panel.step(1),
  previous: () => panel.step(-1),
  close: () => placeMenu.close() || zonesPanel.close() || simulator.disarm() || pointing.close() || state.open(null),
  search: () => panel.search(),
  help: () => help.open(),
  live: () => {
    state.show('live');
    state.open(null);
    map.goHome();
  },
  history: () => state.show('history'),
  statistics: () => state.show('statistics'),
  zones: () => state.show('zones'),
  simulator: () => state.show('simulator'),
});

expose({
  store,
  map: map.map,
  drawn: () => picture.vehicleLayer.drawn(),
  zones: () => zoneWatch.zones.get(),
  feed: () => live?.feed.state.get() ?? null,
});

// Data, each by itself: what fails is tried again and keeps nothing else from coming.
void problems.insist('live', getLive).then(goLive);
void problems.insist('basemap', getBasemap).then((basemap) => {
  map.show('basemap', basemap);
  const credit = (basemap as { attribution?: unknown }).attribution;
  if (attribution.textContent === '' && typeof credit === 'string') attribution.textContent = credit;
});
void problems.insist('roads', getRoads).then((roads) => picture.network(roads));
void readHistory(store, problems);
zoneWatch.start();
void session
  .ask()
  .catch(() => undefined)
  .then(() => {
    if (session.closed.get() && !session.who.get()) account.open();
  });
setInterval(tick, 1000);

function goLive(info: LiveInfo): void {
  if (info.attribution.length > 0) attribution.textContent = info.attribution.join(' · ');
  if (info.bounds) map.setHome(info.bounds, !linked);
  homed = true;
  live = new Live(info, store, problems);
  live.feed.state.watch((feed) => {
    connected.set(feed.kind === 'live');
    tick();
  });
  live.traffic.listen((traffic) => {
    picture.picture(traffic, performance.now());
    status.picture(traffic, Date.now());
  });
  live.start();
}

/** Opens what was pressed on the map: the map keeps its position, unless the sheet now hides the place. */
function openOnMap(id: string): void {
  // The press names the place of an incident.
  if (armed || state.view.get() === 'zones') return;
  const found = listed.find((event) => event.id === id);
  if (found) store.history([found]);
  state.show('live');
  state.open(id);
  const event = store.get(id);
  // The sheet takes a moment to come up.
  if (event) setTimeout(() => map.reveal(placeOf(event)), 200);
}

function flyTo(id: string): void {
  const event = store.get(id);
  if (event) map.flyTo(placeOf(event));
}

function tick(): void {
  const now = Date.now();
  status.tick(now);
  notices.tick(now);
  panel.tick(now);
  past.tick(now);
  statistics.tick(now);
  simulator.tick(now);
}
