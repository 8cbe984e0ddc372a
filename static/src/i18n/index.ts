// What the page says, in the reader's language.

import { Watched } from '../signal';
import { store, stored } from '../ui/storage';
import { en } from './en';
import { fr } from './fr';

export type Language = 'en' | 'fr';
export type Key = keyof typeof en;
/** Keys that have a form for one and a form for several. */
export type PluralKey = Key extends infer K ? (K extends `${infer Base}_one` ? Base : never) : never;
type Parameters = Record<string, string | number>;

const WORDS: Record<Language, Record<Key, string>> = { en, fr };

/** The language that is on. */
export const language = new Watched<Language>(chosen());

/** The words for `key`, with `{names}` filled in. */
export function t(key: Key, parameters: Parameters = {}): string {
  return fill(WORDS[language.get()][key], parameters);
}

/** The words for `n` of something; `{n}` is the number in the language's own form. */
export function plural(key: PluralKey, n: number): string {
  const words = WORDS[language.get()];
  const form = new Intl.PluralRules(language.get()).select(n) === 'one' ? 'one' : 'other';
  return fill(words[`${key}_${form}`], { n: new Intl.NumberFormat(language.get()).format(n) });
}

/** Whether there are words for this key. */
export function isKey(key: string): key is Key {
  return key in en;
}

/** Goes over to the other language and remembers it. */
export function switchLanguage(): void {
  const other = language.get() === 'fr' ? 'en' : 'fr';
  store('language', other);
  language.set(other);
}

function chosen(): Language {
  const remembered = stored('language');
  if (remembered === 'en' || remembered === 'fr') return remembered;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'en' || tag === 'fr');
  return wanted === 'fr' ? 'fr' : 'en';
}

function fill(words: string, parameters: Parameters): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}
