// What happens when the connection does not hold: it comes back by itself, with the right picture.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, live, open, until } from './stage.js';

const ongoing = () =>
  window.vigiroute
    .ongoing()
    .filter(({ type }) => type === 'accident' || type === 'jam')
    .map(({ id }) => id)
    .sort();

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
});

test('a cut connection is told in words with what comes next, and comes back by itself', async () => {
  const { page, context, close } = await open(browser);
  await live(page);
  await until(page, () => window.vigiroute.vehicles().length > 200);
  const before = await page.evaluate(ongoing);

  await context.route('**/http-bind', (route) => route.abort('connectionfailed'));
  await page.waitForSelector('.status[data-feed="lost"]', { timeout: 40_000 });
  const words = (await page.textContent('.status-text')) ?? '';
  assert.match(words, /^Live feed lost: .+\. The map shows \d\d:\d\d:\d\d\. Trying (again in \d+ s\.|now …)$/);
  // First amber, then red, never more than five seconds to the next try.
  await page.waitForSelector('.status[data-level="bad"]', { timeout: 20_000 });
  const retryIn = await page.evaluate(() => {
    const feed = window.vigiroute.feed();
    return feed?.kind === 'lost' ? feed.retryAt - Date.now() : null;
  });
  assert.ok(retryIn !== null && retryIn <= 5_000, `${retryIn} ms`);
  assert.ok((await page.evaluate(() => window.vigiroute.vehicles().length)) > 0, 'the last picture stays');

  await context.unroute('**/http-bind');
  await live(page, 30_000);
  await until(page, () => window.vigiroute.vehicles().some(({ speedMps }) => speedMps > 1));
  const after = await page.evaluate(ongoing);
  for (const id of before) {
    const known = await page.evaluate((wanted) => window.vigiroute.ended().some((event) => event.id === wanted), id);
    assert.ok(after.includes(id) || known, `${id} is neither going on nor ended`);
  }
  await close();
});

/** Where whoever started the stack looks for what is to be restarted; without it nobody does. */
const WISHES = process.env.VIGIROUTE_WISHES;

for (const wish of ['restart-web', 'restart-prosody']) {
  test(`${wish}: the map comes back by itself and shows what goes on`, { skip: !WISHES }, async () => {
    const { page, close } = await open(browser);
    await live(page);
    await until(page, () => window.vigiroute.vehicles().length > 200);
    const file = join(WISHES, wish);
    writeFileSync(file, '');
    while (existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50));
    const back = Date.now();
    // A crossing that was not there before came over the connection as it is now. Only the restart of Prosody costs the
    // session; that of web costs a request, which is made again.
    const crossings = () => [...document.querySelectorAll('.rows-crossings .row')].map((row) => row.dataset.event);
    const known = await page.evaluate(crossings);
    await until(
      page,
      (before) =>
        [...document.querySelectorAll('.rows-crossings .row')].some((row) => !before.includes(row.dataset.event)),
      known,
    );
    await live(page, 60_000);
    console.log(`${wish}: right again after ${((Date.now() - back) / 1000).toFixed(1)} s`);
    for (const type of ['accident', 'jam']) {
      const response = await fetch(new URL(`/api/v1/events?type=${type}&limit=50`, page.url()));
      const { events } = await response.json();
      for (const { id, phase } of events) {
        if (phase === 'ended') continue;
        // It may end meanwhile.
        await until(
          page,
          (wanted) =>
            [...window.vigiroute.ongoing(), ...window.vigiroute.ended()].some((event) => event.id === wanted),
          id,
        );
      }
    }
    await close();
  });
}

test('a reload gives the same picture', async () => {
  const { page, wrong, close } = await open(browser);
  await live(page);
  await until(page, () => window.vigiroute.vehicles().length > 200);
  for (let attempt = 1; ; attempt += 1) {
    const before = await page.evaluate(ongoing);
    await page.reload();
    await live(page);
    await until(page, () => window.vigiroute.vehicles().length > 200);
    await page.waitForTimeout(500);
    const after = await page.evaluate(ongoing);
    // Something may begin or end while the page reloads; not time and again.
    if (before.join() === after.join() || attempt === 3) {
      assert.deepEqual(after, before);
      break;
    }
  }
  const rows = await page.$$eval('.row-accident:not(.is-ended), .row-jam:not(.is-ended)', (all) =>
    all.map((row) => row.dataset.event),
  );
  assert.deepEqual(rows.sort(), await page.evaluate(ongoing));
  assert.deepEqual(wrong, []);
  await close();
});

test('what REST does not give is said, with what works all the same, and is asked for again', async () => {
  const { page, context, close } = await open(browser);
  await context.route('**/api/v1/**', (route) => {
    if (!/basemap|zones/.test(route.request().url())) return route.continue();
    return route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: '{"title":"Service Unavailable","status":503,"detail":"the database does not answer"}',
    });
  });
  await page.reload();
  await live(page);
  const notice = page.locator('.notice[data-part="basemap"]');
  await notice.waitFor();
  assert.match(
    (await notice.textContent()) ?? '',
    /could not be loaded \(503: the database does not answer\)\. Roads and live data work\./,
  );
  await page.locator('.notice[data-part="zones"]').waitFor();
  await until(page, () => window.vigiroute.vehicles().length > 200);
  await context.unroute('**/api/v1/**');
  await notice.waitFor({ state: 'detached', timeout: 40_000 });
  await until(page, () => window.vigiroute.drawn('building') > 0 && window.vigiroute.zones().length > 0, null, 40_000);
  await close();
});
