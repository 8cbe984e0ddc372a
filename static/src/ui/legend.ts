// What the signs on the map mean; folded until asked for.

import { type Key, language, t } from '../i18n';
import { h } from './dom';
import { accidentSign, icon } from './icons';
import { store, stored } from './storage';

const ROADS: [className: string, words: Key][] = [
  ['flow', 'legend.flow'],
  ['slow', 'legend.slow'],
  ['slower', 'legend.slower'],
  ['stuck', 'legend.stuck'],
];

export function legend(): HTMLElement {
  const element = h('details', { class: 'legend' });
  element.open = stored('legend') === 'open';
  element.addEventListener('toggle', () => store('legend', element.open ? 'open' : 'folded'));
  language.watch(() => element.replaceChildren(h('summary', {}, t('legend.title')), roads(), vehicles(), events()));
  return element;
}

function roads(): HTMLElement {
  const rows = ROADS.map(([name, words]) => entry(h('i', { class: `line line-${name}` }), t(words)));
  return h('section', {}, h('h3', {}, t('legend.road')), ...rows);
}

function vehicles(): HTMLElement {
  const stops = [0, 15, 30, 50, 80].map((kmh) => h('span', { class: `stop stop-${kmh}` }, String(kmh)));
  return h(
    'section',
    {},
    h('h3', {}, t('legend.vehicle')),
    h('div', { class: 'ramp' }, ...stops),
    entry(h('i', { class: 'arrow arrow-hollow' }), t('legend.standing')),
    entry(h('i', { class: 'arrow arrow-faint' }), t('legend.silent')),
  );
}

function events(): HTMLElement {
  return h(
    'section',
    {},
    h('h3', {}, t('legend.events')),
    entry(accidentSign(), t('type.accident')),
    entry(icon('jam'), t('legend.jam'), 'jam'),
    entry(h('i', { class: 'area' }), t('legend.zone')),
  );
}

function entry(sign: Element, words: string, name = ''): HTMLElement {
  return h('p', { class: `entry ${name}` }, h('span', { class: 'sign' }, sign), words);
}
