import { expect, test } from 'vitest';
import { readAddress, writeAddress } from '../src/ui/address';

const EMPTY = { view: 'live' as const, span: 'week' as const, position: null, types: [], search: '', event: null };

test('a state is written and read back', () => {
  const state = {
    view: 'live' as const,
    span: 'week' as const,
    position: { zoom: 15.25, centre: [24.9441, 60.1711] as [number, number] },
    types: ['accident' as const, 'jam' as const],
    search: 'a & b=c',
    event: '0190f3c2-1111',
  };
  const address = writeAddress(state);
  expect(address).toBe('#live?map=15.25/60.17110/24.94410&type=accident,jam&q=a%20%26%20b%3Dc&event=0190f3c2-1111');
  expect(readAddress(address)).toEqual(state);
});

test('an empty state is a short address', () => {
  expect(writeAddress(EMPTY)).toBe('#live');
  expect(writeAddress({ ...EMPTY, view: 'statistics', span: 'year' })).toBe('#statistics?span=year');
  expect(readAddress('#statistics?span=year')).toEqual({ ...EMPTY, view: 'statistics', span: 'year' });
});

test('nonsense in the address is left out', () => {
  expect(readAddress('#live?map=99/95/400&type=accident,dragon&event=')).toEqual({ ...EMPTY, types: ['accident'] });
  expect(readAddress('#dragons?span=aeon')).toEqual(EMPTY);
  for (const hash of ['', '#', '#other', '#live?map=1/2', '#live?map=a/b/c']) {
    expect(readAddress(hash).position).toBeNull();
  }
});
