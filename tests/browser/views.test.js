// The views beside the live map: history, statistics, simulator; and what a place on the map can be asked.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { KEY, launch, live, open, signIn, until, URL_OF_PAGE } from './stage.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
});

/** What the API says at a path. */
async function api(path, options) {
  const response = await fetch(`${URL_OF_PAGE}/api/v1${path}`, { headers: KEY, ...options });
  return response.status === 204 ? null : response.json();
}

/** Waits until some events are stored. */
async function stored(type) {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { events } = await api(`/events?limit=1&type=${type}`);
    if (events.length > 0) return events[0];
    assert.ok(Date.now() < deadline, `no event of type ${type} is stored`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function serious(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => ({
    id,
    nodes: nodes.slice(0, 3).map(({ html }) => html),
  }));
}

test('statistics: figures as the API has them, a span to choose, a link that keeps it, and CSV', async () => {
  await stored('zone_entry');
  const { page, wrong, close } = await open(browser);
  await page.keyboard.press('s');
  await page.waitForSelector('.card-zones tbody tr');
  assert.equal(await page.isVisible('.stage'), false);
  assert.match(page.url(), /#statistics/);
  const query = await page.getAttribute('.card-zones a', 'href');
  const { zones } = await (await fetch(URL_OF_PAGE + query)).json();
  const shown = await page.locator('.card-zones tbody tr').evaluateAll((rows) =>
    rows.map((row) => ({ name: row.children[0].textContent, entries: Number(row.children[1].textContent) })),
  );
  const byName = new Map(zones.map(({ zone, entries }) => [zone.name, entries]));
  assert.equal(shown.length, zones.length);
  for (const { name, entries } of shown) {
    // The same span was asked for a little earlier; late events of it may have come since.
    assert.ok(entries > 0 && entries <= byName.get(name), `${name}: ${entries} of ${byName.get(name)}`);
  }
  await page.click('.span[data-span=day]');
  await page.waitForSelector('.card-events .uplot canvas');
  assert.match(page.url(), /#statistics\?span=day/);
  await page.reload();
  assert.equal(await page.getAttribute('.span[data-span=day]', 'aria-pressed'), 'true');
  await page.waitForSelector('.card-zones tbody tr');
  const download = page.waitForEvent('download');
  await page.click('.card-zones header button');
  const csv = readFileSync(await (await download).path(), 'utf8');
  assert.match(csv, /^zone,name,entries,exits,vehicles,dwell_median_s,dwell_p95_s\r\n/);
  assert.equal(csv.trim().split('\r\n').length, zones.length + 1);
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(wrong, []);
  await close();
});

test('history: filters narrow the list, dots on the map, a row opens the event', async () => {
  const entry = await stored('zone_entry');
  const { page, wrong, close } = await open(browser);
  await live(page);
  await page.keyboard.press('h');
  await page.waitForSelector('.history .row');
  await page.click('.history .counter-zone_entry');
  await until(page, () => {
    const rows = [...document.querySelectorAll('.history .row')];
    return rows.length > 0 && rows.every((row) => row.classList.contains('row-zone_entry'));
  });
  await until(page, () => window.vigiroute.drawn('past') > 0);
  await page.selectOption('.history select[name=zone]', entry.zone.id);
  await until(
    page,
    (name) => [...document.querySelectorAll('.history .row-where')].every((where) => where.textContent === name),
    entry.zone.name,
  );
  const csv = await page.getAttribute('.history-sum a', 'href');
  assert.match(csv, new RegExp(`^/api/v1/events\\.csv\\?.*type=zone_entry&zone=${entry.zone.id}`));
  assert.deepEqual(await serious(page), []);
  const id = await page.locator('.history .row').first().getAttribute('data-event');
  await page.locator('.history .row > button').first().click();
  await page.waitForSelector('.detail .facts');
  assert.match(page.url(), new RegExp(`#live.*event=${id}`));
  await page.goBack();
  assert.deepEqual(wrong, []);
  await close();
});

test('simulator: a slider changes it, a click on a road stages an incident, the score is shown', async () => {
  const { page, wrong, close } = await open(browser);
  await live(page);
  await signIn(page);
  await page.keyboard.press('m');
  await page.waitForSelector('.simulator .score');
  const before = await api('/simulation');
  const noise = page.locator('.dial input[name=gps_noise_m]');
  await noise.focus();
  await page.keyboard.press('ArrowRight');
  await until(
    page,
    async (was) => (await (await fetch('/api/v1/simulation')).json()).gps_noise_m === was + 0.5,
    before.gps_noise_m,
  );
  await page.keyboard.press('ArrowLeft');

  const { event } = await page.evaluate(() => {
    // A place on a road: where a vehicle drives.
    const [vehicle] = window.vigiroute.vehicles().filter(({ lon, lat }) => {
      const { x, y } = window.vigiroute.project(lon, lat);
      return x > 150 && x < 800 && y > 100 && y < 650;
    });
    return { event: window.vigiroute.project(vehicle.lon, vehicle.lat) };
  });
  const known = before.incidents.map(({ id }) => id);
  await page.click('.stage-button[data-kind=breakdown]');
  await page.waitForSelector('.is-armed');
  const ground = await page.locator('.map').boundingBox();
  await page.mouse.click(ground.x + event.x, ground.y + event.y);
  const staged = await until(
    page,
    async (ids) => {
      const { incidents } = await (await fetch('/api/v1/simulation')).json();
      return incidents.find(({ id }) => !ids.includes(id)) ?? null;
    },
    known,
  );
  assert.equal(staged.kind, 'breakdown');
  assert.equal(await page.locator('.is-armed').count(), 0);
  await page.locator(`button[aria-label$="${staged.id}"]`).click();
  await until(
    page,
    async (gone) => !(await (await fetch('/api/v1/simulation')).json()).incidents.some(({ id }) => id === gone),
    staged.id,
  );
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(wrong, []);
  await close();
});

test('zones: drawn on the map, named, watched, changed and deleted', async () => {
  const { page, wrong, close } = await open(browser);
  await live(page);
  await signIn(page);
  await page.keyboard.press('z');
  await page.waitForSelector('.zones .outcomes li');
  const ground = await page.locator('.map').boundingBox();
  const at = (x, y) => [ground.x + x, ground.y + y];
  await page.click('.stage-button[data-shape=polygon]');
  await until(page, () => document.querySelector('.stage-button[data-shape=polygon]').ariaPressed === 'true');
  // The library that draws is there when the cursor says so.
  await until(page, () => document.querySelector('.maplibregl-canvas').style.cursor === 'crosshair');
  for (const [x, y] of [
    [300, 250],
    [420, 250],
    [420, 370],
    [300, 370],
    [300, 250],
  ]) {
    await page.mouse.move(...at(x, y), { steps: 4 });
    await page.mouse.click(...at(x, y));
  }
  await page.waitForSelector('.zone-form');
  await page.fill('.zone-form input[name=name]', 'Test square');
  await page.fill('.zone-form input[name=min_dwell_s]', '7');
  await page.click('.zone-form .main');
  await page.getByText('Test square is saved').waitFor();
  const named = async () =>
    (await api('/zones')).features.find(({ properties }) => properties.name === 'Test square');
  const made = await named();
  assert.equal(made.geometry.type, 'Polygon');
  assert.equal(made.geometry.coordinates[0].length, 5);
  assert.equal(made.properties.min_dwell_s, 7);
  await until(page, (id) => window.vigiroute.zones().some((zone) => zone.id === id), made.id, 5_000);

  // A press on its area opens it; what was given stays as it is unless changed.
  await page.mouse.click(...at(360, 310));
  await page.waitForSelector('.zone-form');
  assert.equal(await page.inputValue('.zone-form input[name=name]'), 'Test square');
  await page.fill('.zone-form input[name=hysteresis_m]', '3');
  await page.click('.zone-form .main');
  await page.getByText('Test square is saved').waitFor();
  const changed = await named();
  assert.deepEqual(changed.properties, { ...made.properties, hysteresis_m: 3 });
  assert.deepEqual(changed.geometry, made.geometry);
  assert.deepEqual(await serious(page), []);

  page.on('dialog', (dialog) => dialog.accept());
  await page.locator(`.zones li[data-zone="${made.id}"] button`).click();
  await page.click('.zone-form .bad');
  await page.getByText('Test square is deleted').waitFor();
  assert.equal(await named(), undefined);
  assert.deepEqual(wrong, []);
  await close();
});

test('zones: a file of GeoJSON is read', async () => {
  const { page, wrong, close } = await open(browser);
  await signIn(page);
  await page.keyboard.press('z');
  await page.waitForSelector('.zones .outcomes li');
  const zone = {
    type: 'Feature',
    properties: { id: 'imported', name: 'Imported', radius_m: 60 },
    geometry: { type: 'Point', coordinates: [24.94, 60.17] },
  };
  const buffer = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [zone] }));
  await page.setInputFiles('.zones input[type=file]', { name: 'a.geojson', mimeType: 'application/json', buffer });
  await page.locator('.zones li[data-zone=imported]').waitFor();
  assert.deepEqual((await api('/zones/imported')).properties, zone.properties);
  await api('/zones/imported', { method: 'DELETE' });
  assert.deepEqual(wrong, []);
  await close();
});

test('a press of the right button tells of the place', async () => {
  const { page, wrong, close } = await open(browser);
  await live(page);
  await page.mouse.click(500, 400, { button: 'right' });
  const words = await page.locator('.place-menu button').first().textContent();
  assert.match(words, /^\d+\.\d{5}, \d+\.\d{5}$/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.place-menu', { state: 'detached' });
  assert.deepEqual(wrong, []);
  await close();
});

test('from afar vehicles are gathered, and none is lost', async () => {
  const { page, wrong, close } = await open(browser, { hash: '#live?map=11.50/60.17110/24.94410' });
  await live(page);
  await until(page, () => window.vigiroute.drawn('cluster') > 0);
  await page.evaluate(() => {
    location.hash = '#live?map=15.00/60.17110/24.94410';
    location.reload();
  });
  await live(page);
  await until(page, () => window.vigiroute.vehicles().length > 0 && window.vigiroute.drawn('cluster') === 0);
  assert.deepEqual(wrong, []);
  await close();
});

test('the interface is described at /api/docs, by nothing from elsewhere', async () => {
  const { page, wrong, close } = await open(browser);
  await page.goto(`${URL_OF_PAGE}/api/docs`);
  await page.getByText('/statistics/roads', { exact: true }).waitFor();
  assert.deepEqual(wrong, []);
  await close();
});
