// The stage of every test: a Chromium, a page that may speak to its own origin only, and an ear for what goes wrong.

import { chromium } from 'playwright-core';

/** Where the page is. The stack must run already. */
export const URL_OF_PAGE = process.env.VIGIROUTE_URL ?? 'http://127.0.0.1:8080';

const ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // WebGL without a graphics card.
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/** A browser; close it when done. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
}

/**
 * A page of its own context, opened at `hash`, and everything that went wrong on it: `wrong` is empty as long as no
 * request left the origin, nothing was refused by the content security policy, no script failed and nothing was
 * written to the console as an error.
 */
export async function open(browser, { hash = '', ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const wrong = [];
  const origin = new URL(URL_OF_PAGE).origin;
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(blob|data):/.test(url)) wrong.push(`request to ${url}`);
  });
  page.on('pageerror', (error) => wrong.push(`script: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(`console: ${message.text()} (${message.location().url})`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      // Whatever the policy refused is told as an error of the console too; this names what and where.
      console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  await page.goto(`${URL_OF_PAGE}/${hash}`);
  return { page, context, wrong, close: () => context.close() };
}

/** Signs in as the first admin, as a person does. */
export async function signIn(page) {
  await page.click('.account-button');
  await page.fill('.account input[name=account]', 'admin');
  await page.fill('.account input[name=password]', process.env.VIGIROUTE_ADMIN_PASSWORD ?? '');
  await page.click('.account .main');
  await page.waitForSelector('.account-button[aria-pressed=true]');
}

/** What is sent with a change that no page asks for. */
export const KEY = process.env.VIGIROUTE_KEY ? { authorization: `Bearer ${process.env.VIGIROUTE_KEY}` } : {};

/** Waits until the status line says that the feed is live. */
export async function live(page, timeout = 30_000) {
  await page.waitForSelector('.status[data-feed="live"][data-level="good"]', { timeout });
}

/** Waits until `predicate`, run in the page with `argument`, is true; what it gave. */
export async function until(page, predicate, argument, timeout = 60_000) {
  const handle = await page.waitForFunction(predicate, argument, { timeout, polling: 250 });
  return handle.jsonValue();
}
