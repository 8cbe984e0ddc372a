import { expect, test } from 'vitest';
import { readAddress, writeAddress } from '../src/ui/address';

test('a state is written and read back', () => {
  const state = {
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
  expect(writeAddress({ position: null, types: [], search: '', event: null })).toBe('#live');
});

test('nonsense in the address is left out', () => {
  expect(readAddress('#live?map=99/95/400&type=accident,dragon&event=')).toEqual({
    position: null,
    types: ['accident'],
    search: '',
    event: null,
  });
  for (const hash of ['', '#', '#other', '#live?map=1/2', '#live?map=a/b/c']) {
    expect(readAddress(hash).position).toBeNull();
  }
});
