// What happens when the connection does not hold: it comes back by itself, with the right picture.

import assert from 'node:assert/strict';
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
  // First amber, then red, never more than ten seconds to the next try.
  await page.waitForSelector('.status[data-level="bad"]', { timeout: 20_000 });
  const retryIn = await page.evaluate(() => {
    const feed = window.vigiroute.feed();
    return feed?.kind === 'lost' ? feed.retryAt - Date.now() : null;
  });
  assert.ok(retryIn !== null && retryIn <= 10_000, `${retryIn} ms`);
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
