// What a person sees while traffic runs: vehicles that move, what the scenario stages, entries that run through the list.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { distanceToLineM, incidents, linesOf, roadAt } from './scenario.js';
import { launch, live, open, until } from './stage.js';

/** So near to where it was staged a thing must be shown. Metres. */
const NEAR_M = 50;
/** The scenario stages within the first minute or so; a queue needs a while to build up. */
const STAGED_WITHIN_MS = 150_000;

let browser;
let stage;

before(async () => {
  browser = await launch();
  stage = await open(browser);
});

after(async () => {
  await browser?.close();
});

test('the first paint needs no data: map, list and status line are there at once', async () => {
  const { page, close } = await open(browser);
  for (const part of ['.map canvas', '.list h2', '.search', '.status .clock']) {
    await page.waitForSelector(part, { timeout: 10_000, state: 'attached' });
  }
  await close();
});

test('at least 250 vehicles are counted in the status line, and drawn', async () => {
  const { page } = stage;
  await live(page);
  const count = await until(page, () => {
    const said = /^.*?([\d,]+) vehicles/.exec(document.querySelector('.status-figures')?.textContent ?? '');
    const number = Number(said?.[1]?.replaceAll(',', ''));
    return number >= 250 && window.vigiroute.vehicles().length >= 250 ? number : false;
  });
  assert.ok(count >= 250);
  const figures = await page.textContent('.status-figures');
  assert.match(figures ?? '', /\d+ reports\/s · delay \d/);
});

test('vehicles glide: most of the moving ones are drawn elsewhere a moment later, and none jumps', async () => {
  const { page } = stage;
  const sampled = await page.evaluate(async () => {
    const pictures = [];
    for (let n = 0; n < 12; n += 1) {
      pictures.push({ at: performance.now(), vehicles: window.vigiroute.vehicles() });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return pictures;
  });
  const metres = (a, b) =>
    Math.hypot((a.lon - b.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180), (a.lat - b.lat) * 111_195);
  const [first] = sampled;
  const last = new Map(sampled.at(-1).vehicles.map((vehicle) => [vehicle.id, vehicle]));
  const moving = first.vehicles.filter(({ speedMps, id }) => speedMps > 3 && last.has(id));
  assert.ok(moving.length > 50, `${moving.length} vehicles move`);
  const moved = moving.filter((vehicle) => metres(vehicle, last.get(vehicle.id)) > 2);
  assert.ok(moved.length > moving.length * 0.9, `${moved.length} of ${moving.length} are elsewhere`);

  let fastestMps = 0;
  for (let n = 1; n < sampled.length; n += 1) {
    const before = new Map(sampled[n - 1].vehicles.map((vehicle) => [vehicle.id, vehicle]));
    for (const vehicle of sampled[n].vehicles) {
      const earlier = before.get(vehicle.id);
      // A vehicle that has just appeared, and fades in, comes from nowhere.
      if (!earlier || vehicle.opacity < 1) continue;
      fastestMps = Math.max(fastestMps, (metres(vehicle, earlier) * 1000) / (sampled[n].at - sampled[n - 1].at));
    }
  }
  assert.ok(fastestMps < 40, `the fastest is drawn at ${fastestMps.toFixed(1)} m/s`);
});

test('roads, buildings, water and street names are on the map, with their credit', async () => {
  const { page } = stage;
  for (const layer of ['water', 'building', 'road', 'street-name', 'zone']) {
    await until(page, (name) => window.vigiroute.drawn(name) > 0, layer, 30_000);
  }
  assert.match((await page.textContent('.attribution')) ?? '', /OpenStreetMap contributors/);
  assert.ok(await page.isVisible('.attribution'));
});

test('the staged crash is an accident on the map and in the list, with its road and in its place', async () => {
  const crash = incidents().find(({ kind }) => kind === 'crash');
  assert.ok(crash, 'the scenario stages a crash');
  const road = await roadAt(crash);
  const { page } = stage;
  const accident = await nearest(page, 'accident', crash);
  assert.equal(accident.road.name, road);

  const row = page.locator(`.row-accident[data-event="${accident.id}"]`);
  await row.waitFor();
  assert.match((await row.textContent()) ?? '', new RegExp(`Accident.*${road}`));

  // The triangle stands where the map has that place.
  const sign = page.locator(`.accident-sign[data-event="${accident.id}"]`);
  const box = await sign.boundingBox();
  const map = await page.locator('.map').boundingBox();
  const { x, y } = await page.evaluate(({ lon, lat }) => window.vigiroute.project(lon, lat), accident.position);
  assert.ok(box && map, 'the triangle is on the map');
  assert.ok(Math.hypot(box.x + box.width / 2 - map.x - x, box.y + box.height / 2 - map.y - y) < 3);
});

test('the staged breakdown makes a jam: a line on the map with its tail, and a row with road and length', async () => {
  const breakdown = incidents().find(({ kind }) => kind === 'breakdown');
  assert.ok(breakdown, 'the scenario stages a breakdown');
  const road = await roadAt(breakdown);
  const { page } = stage;
  const jam = await nearest(page, 'jam', breakdown);
  assert.equal(jam.road.name, road);
  assert.notEqual(jam.geometry.type, 'Point');

  const row = page.locator(`.row-jam[data-event="${jam.id}"]`);
  await row.waitFor();
  assert.match((await row.textContent()) ?? '', new RegExp(`Traffic jam \\d+ m.*${road}`));
  await until(page, () => window.vigiroute.drawn('jam') > 0 && window.vigiroute.drawn('jam-tail') > 0);
});

test('slow roads are coloured', async () => {
  await until(stage.page, () => window.vigiroute.drawn('state') > 0);
});

test('zone entries and exits run through the list, newest first', async () => {
  const { page } = stage;
  const seen = () => page.$$eval('.rows-crossings .row', (rows) => rows.map((row) => row.dataset.event));
  await page.waitForSelector('.rows-crossings .row-zone_entry', { timeout: 90_000 });
  const before = await seen();
  await until(
    page,
    (newest) => {
      const top = document.querySelector('.rows-crossings .row');
      return top instanceof HTMLElement && top.dataset.event !== newest;
    },
    before[0],
  );
  const texts = await page.$$eval('.rows-crossings .row', (rows) => rows.map((row) => row.textContent ?? ''));
  for (const text of texts) assert.match(text, /^Zone (entry|exit)/);
  const times = await page.$$eval('.rows-crossings time', (all) => all.map((time) => Date.parse(time.dateTime)));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
});

test('zones carry their name and how many vehicles are inside', async () => {
  const { page } = stage;
  const named = await page.evaluate(() => window.vigiroute.zones().map(({ name }) => name));
  assert.ok(named.length > 0);
  await until(page, () =>
    [...document.querySelectorAll('.zone-label b')].every((count) => /\d/.test(count.textContent ?? '')),
  );
  const labels = await page.$$eval('.zone-label span', (all) => all.map((label) => label.textContent));
  assert.deepEqual(labels.sort(), named.sort());
});

test('a picture of it', { skip: !process.env.SCREENSHOT }, async () => {
  const path = process.env.SCREENSHOT;
  await mkdir(dirname(path), { recursive: true });
  await stage.page.mouse.move(5, 400);
  await stage.page.waitForTimeout(2_000);
  await stage.page.screenshot({ path });
});

test('nothing left the origin, nothing was refused, no script failed', () => {
  assert.deepEqual(stage.wrong, []);
});

/** Waits for an ongoing event of a type near a staged place. */
async function nearest(page, type, place) {
  const deadline = Date.now() + STAGED_WITHIN_MS;
  for (;;) {
    const events = await page.evaluate(
      (wanted) => window.vigiroute.ongoing().filter((event) => event.type === wanted),
      type,
    );
    const near = events.find(
      ({ geometry }) => Math.min(...linesOf(geometry).map((line) => distanceToLineM(place, line))) < NEAR_M,
    );
    if (near) return near;
    assert.ok(Date.now() < deadline, `no ${type} near ${JSON.stringify(place)}, only ${JSON.stringify(events)}`);
    await page.waitForTimeout(500);
  }
}
