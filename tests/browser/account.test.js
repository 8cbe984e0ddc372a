// Who may change something: offered to those who are signed in, explained to those who are not.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, live, open, signIn, URL_OF_PAGE } from './stage.js';

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
});

test('a visitor looks on, and is told how to change something', async () => {
  const { page, wrong, close } = await open(browser);
  await live(page);
  await page.keyboard.press('z');
  await page.waitForSelector('.zones .outcomes li');
  assert.equal(await page.isDisabled('.stage-button[data-shape=polygon]'), true);
  assert.match(await page.textContent('.zones .sign-in-hint'), /sign in as an operator/);
  await page.locator('.zones .outcomes button').first().click();
  assert.equal(await page.locator('.zone-form input[name=name]').count(), 0);
  await page.click('.zones .sign-in-hint button');
  await page.waitForSelector('dialog.account[open] input[name=account]');
  await page.keyboard.press('Escape');
  await page.mouse.click(500, 400, { button: 'right' });
  await page.waitForSelector('.place-menu');
  assert.equal(await page.getByText('Stage a crash').count(), 0);
  assert.deepEqual(wrong, []);
  await close();
});

test('signing in offers changes, a reload keeps the session, signing out ends it', async () => {
  const { page, context, wrong, close } = await open(browser);
  await live(page);
  await page.click('.account-button');
  await page.fill('.account input[name=account]', 'admin');
  await page.fill('.account input[name=password]', 'not the password');
  await page.click('.account .main');
  await page.getByText('There is no such account, or this is not its password.').waitFor();
  // Chromium writes refused requests to its console.
  assert.equal(wrong.splice(0).filter((words) => !/status of 401/.test(words)).length, 0);
  await page.keyboard.press('Escape');

  await signIn(page);
  const [cookie] = await context.cookies();
  assert.deepEqual(
    { httpOnly: cookie.httpOnly, sameSite: cookie.sameSite, name: cookie.name },
    { httpOnly: true, sameSite: 'Strict', name: 'vigiroute_session' },
  );
  assert.equal(await page.evaluate(() => document.cookie), '');
  await page.keyboard.press('z');
  await page.waitForSelector('.stage-button[data-shape=polygon]:enabled');
  await page.reload();
  await page.waitForSelector('.account-button[aria-pressed=true]');
  assert.match(await page.getAttribute('.account-button', 'title'), /Signed in as admin \(admin\)/);

  // Ended elsewhere: the next change says so, and the page offers it no longer.
  await page.waitForSelector('.zones .outcomes li');
  await page.locator('.zones .outcomes button').first().click();
  await page.waitForSelector('.zone-form input[name=name]');
  await page.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }));
  await page.click('.zone-form .main');
  await page.getByText('Nobody is signed in any more.').waitFor();
  await page.waitForSelector('.account-button[aria-pressed=false]');
  assert.equal(wrong.splice(0).filter((words) => !/status of 401/.test(words)).length, 0);

  await signIn(page);
  await page.click('.account-button');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForSelector('.account-button[aria-pressed=false]');
  const state = await page.evaluate(async () => (await fetch('/api/v1/session')).json());
  assert.deepEqual(state, { account: null, role: null, reading: 'open' });
  assert.equal((await fetch(`${URL_OF_PAGE}/api/v1/zones/x`, { method: 'DELETE' })).status, 401);
  assert.deepEqual(wrong, []);
  await close();
});
