// Light or dark: the system's wish, until a choice is made here.

import { Watched } from '../signal';
import { store, stored } from './storage';

export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');

export const theme = new Watched<Theme>(wanted());

/** Follows the system, and puts the theme where the stylesheet looks for it. */
export function startTheme(): void {
  system.addEventListener('change', () => theme.set(wanted()));
  theme.watch((value) => {
    document.documentElement.dataset.theme = value;
    const ground = getComputedStyle(document.documentElement).getPropertyValue('--surface').trim();
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground);
  });
}

/** Goes over to the other theme and remembers it. */
export function switchTheme(): void {
  const other = theme.get() === 'dark' ? 'light' : 'dark';
  store('theme', other);
  theme.set(other);
}

function wanted(): Theme {
  const choice = stored('theme');
  if (choice === 'light' || choice === 'dark') return choice;
  return system.matches ? 'dark' : 'light';
}
