// The panel: opening, going back, filters, keys, languages, links; and that people who do not see it can use it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, live, open, until } from './stage.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
});

test('an opened event takes the place of the list, tells its revisions, and Esc leads back', async () => {
  const { page, wrong, close } = await open(browser);
  await live(page);
  await page.locator('.rows .row > button').first().waitFor({ timeout: 120_000 });
  const id = await page.locator('.rows .row').first().getAttribute('data-event');
  await page.locator(`.row[data-event="${id}"] > button`).click();
  await page.waitForSelector('.detail .facts');
  assert.equal(await page.isVisible('.list'), false);
  await page.waitForSelector('.revisions tbody tr');
  assert.match(page.url(), new RegExp(`event=${id}`));
  await page.keyboard.press('Escape');
  await page.waitForSelector('.list', { state: 'visible' });
  assert.doesNotMatch(page.url(), /event=/);
  assert.deepEqual(wrong, []);
  await close();
});

test('a link opens the event it names, and the map where it says', async () => {
  const first = await open(browser);
  await live(first.page);
  await first.page.locator('.rows .row > button').first().waitFor({ timeout: 120_000 });
  const id = await first.page.locator('.rows .row').first().getAttribute('data-event');
  await first.close();

  const { page, close } = await open(browser, { hash: `#live?map=16.50/60.17000/24.94500&event=${id}` });
  await page.waitForSelector('.detail .facts');
  await live(page);
  const { zoom } = await page.evaluate(() => window.vigiroute.view());
  assert.ok(Math.abs(zoom - 16.5) < 0.01, `zoom ${zoom}`);
  await page.reload();
  await page.waitForSelector('.detail .facts');
  assert.match(page.url(), /map=16\.50\/60\.17000\/24\.94500/);
  await close();
});

test('an id that no event has is said to be none', async () => {
  const { page, close } = await open(browser, { hash: '#live?event=01900000-0000-8000-8000-000000000000' });
  await page.getByText('There is no event with this id').waitFor();
  await close();
});

test('counters filter the list, the address keeps the filter', async () => {
  const { page, close } = await open(browser);
  await live(page);
  await page.locator('.rows-crossings .row').first().waitFor({ timeout: 120_000 });
  await page.click('.counter-accident');
  await until(page, () => document.querySelectorAll('.row:not(.row-accident)').length === 0);
  assert.match(page.url(), /type=accident/);
  await page.reload();
  await live(page);
  assert.equal(await page.getAttribute('.counter-accident', 'aria-pressed'), 'true');
  assert.equal(await page.locator('.row:not(.row-accident)').count(), 0);
  await page.click('.counter-accident');
  await page.locator('.rows-crossings .row').first().waitFor();
  await close();
});

test('the keyboard: j and k go through the list, Enter opens, Esc closes, / searches, ? helps', async () => {
  const { page, close } = await open(browser);
  await live(page);
  await page.locator('.rows .row > button').nth(1).waitFor({ timeout: 120_000 });
  const focused = () =>
    page.evaluate(() => document.activeElement?.closest('.row')?.getAttribute('data-event') ?? null);
  await page.keyboard.press('j');
  const first = await focused();
  assert.ok(first, 'j puts the focus on a row');
  await page.keyboard.press('j');
  assert.notEqual(await focused(), first);
  await page.keyboard.press('k');
  const opened = await focused();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.detail .facts');
  assert.match(page.url(), new RegExp(`event=${opened}`));
  await page.keyboard.press('Escape');
  await page.waitForSelector('.list', { state: 'visible' });
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'search');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.waitForSelector('dialog.help[open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog.help', { state: 'hidden' });
  await close();
});

test('the language follows the browser, can be switched, and is remembered', async () => {
  const { page, close } = await open(browser, { locale: 'fr-FR' });
  await live(page);
  await page.getByText('en direct', { exact: true }).first().waitFor();
  assert.match((await page.textContent('.list h2')) ?? '', /^En cours/);
  await until(page, () => /véhicules/.test(document.querySelector('.status-figures')?.textContent ?? ''));
  await page.click('.language');
  await until(page, () => /^Now/.test(document.querySelector('.list h2')?.textContent ?? ''));
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.reload();
  await until(page, () => /^Now/.test(document.querySelector('.list h2')?.textContent ?? ''));
  await close();
});

for (const [name, options] of [
  ['on a desk, light', { colorScheme: 'light' }],
  ['on a desk, dark', { colorScheme: 'dark' }],
  ['on a phone', { colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true }],
]) {
  test(`nothing serious stands in the way of anybody: ${name}`, async () => {
    const { page, wrong, close } = await open(browser, options);
    await live(page);
    await page.locator('.rows .row > button').first().waitFor({ timeout: 120_000, state: 'attached' });
    assert.deepEqual(await serious(page), []);
    await page.locator('.legend summary').click();
    if (options.viewport) await page.locator('.handle').click();
    await page.locator('.rows .row > button').first().click();
    await page.waitForSelector('.revisions tbody tr', { state: 'attached' });
    assert.deepEqual(await serious(page), []);
    assert.deepEqual(wrong, []);
    await close();
  });
}

/** What axe finds serious or critical. */
async function serious(page) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
