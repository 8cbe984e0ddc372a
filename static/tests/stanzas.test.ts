import { expect, test } from 'vitest';
import { errorCondition, readItems, readNotification } from '../src/live/stanzas';
import { ACCIDENT, element, payload } from './sample';

const NODE = 'urn:vigiroute:event:accident';

function message(inner: string): Element {
  return element(
    `<message xmlns="jabber:client" from="pubsub.d"><event xmlns="http://jabber.org/protocol/pubsub#event">${inner}</event></message>`,
  );
}

test('a published event is read with its node and id', () => {
  const item = `<item id="${ACCIDENT.id}">${payload('urn:vigiroute:event:1', ACCIDENT)}</item>`;
  const notification = readNotification(message(`<items node="${NODE}">${item}</items>`));
  expect(notification?.node).toBe(NODE);
  expect(notification?.retracted).toEqual([]);
  const [published] = notification?.published ?? [];
  expect(published?.id).toBe(ACCIDENT.id);
  expect(published?.content).toMatchObject({
    kind: 'event',
    event: {
      id: ACCIDENT.id,
      type: 'accident',
      occurredAt: Date.parse('2026-03-01T12:00:00Z'),
      vehicles: ['v1', 'v2'],
    },
  });
});

test('a road name with markup in it stays text', () => {
  const wild = { ...ACCIDENT, road: { id: '1', name: '<b>Rock & Roll</b>' } };
  const item = `<item id="x">${payload('urn:vigiroute:event:1', wild)}</item>`;
  const [published] = readNotification(message(`<items node="${NODE}">${item}</items>`))?.published ?? [];
  expect(published?.content).toMatchObject({ event: { road: { name: '<b>Rock & Roll</b>' } } });
});

test('retractions are read by id', () => {
  const notification = readNotification(message(`<items node="${NODE}"><retract id="a"/><retract id="b"/></items>`));
  expect(notification?.retracted).toEqual(['a', 'b']);
  expect(notification?.published).toEqual([]);
});

test('a purged and a deleted node are told apart', () => {
  expect(readNotification(message(`<purge node="${NODE}"/>`))?.emptied).toBe('purged');
  expect(readNotification(message(`<delete node="${NODE}"/>`))?.emptied).toBe('deleted');
});

test('what cannot be read has no content and does not stop the rest', () => {
  const broken = `<item id="1"><payload xmlns="urn:xmpp:json-msg:0" datatype="urn:vigiroute:event:1"><json xmlns="urn:xmpp:json:0">{</json></payload></item>`;
  const other = `<item id="2">${payload('urn:example:else', ACCIDENT)}</item>`;
  const half = `<item id="3">${payload('urn:vigiroute:event:1', { ...ACCIDENT, position: null })}</item>`;
  const good = `<item id="4">${payload('urn:vigiroute:event:1', ACCIDENT)}</item>`;
  const published = readNotification(
    message(`<items node="${NODE}">${broken}${other}${half}${good}</items>`),
  )?.published;
  expect(published?.map(({ id, content }) => [id, content !== null])).toEqual([
    ['1', false],
    ['2', false],
    ['3', false],
    ['4', true],
  ]);
});

test('a message that is no notification is none', () => {
  expect(readNotification(element('<message xmlns="jabber:client"><body>hello</body></message>'))).toBeNull();
  const foreign = '<message xmlns="jabber:client"><event xmlns="urn:else"><items node="n"/></event></message>';
  expect(readNotification(element(foreign))).toBeNull();
});

test('the items of a node are read from the answer', () => {
  const iq = element(
    `<iq xmlns="jabber:client" type="result"><pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="${NODE}">` +
      `<item id="${ACCIDENT.id}">${payload('urn:vigiroute:event:1', ACCIDENT)}</item></items></pubsub></iq>`,
  );
  expect(readItems(iq).map(({ id, content }) => [id, content?.kind])).toEqual([[ACCIDENT.id, 'event']]);
});

test('the condition of an error is named', () => {
  const iq = element(
    '<iq xmlns="jabber:client" type="error"><error type="cancel"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>',
  );
  expect(errorCondition(iq)).toBe('item-not-found');
});
