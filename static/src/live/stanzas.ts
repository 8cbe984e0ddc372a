// What the PubSub stanzas say. Reads elements, knows nothing of connections.

import { isRecord, parseEvent, type TrafficEvent } from '../model';

export const NS = {
  pubsub: 'http://jabber.org/protocol/pubsub',
  pubsubEvent: 'http://jabber.org/protocol/pubsub#event',
  jsonMessage: 'urn:xmpp:json-msg:0',
  json: 'urn:xmpp:json:0',
  ping: 'urn:xmpp:ping',
} as const;

const EVENT_DATATYPE = 'urn:vigiroute:event:1';
const TRAFFIC_DATATYPE = 'urn:vigiroute:traffic:1';

/** What is in a published item. */
export type Content = { kind: 'event'; event: TrafficEvent } | { kind: 'traffic'; json: Record<string, unknown> };

export interface Item {
  id: string;
  /** Null if it cannot be read. */
  content: Content | null;
}

/** What a notification says of one node. */
export interface Notification {
  node: string;
  published: Item[];
  retracted: string[];
  /** All items are gone, or the node itself. */
  emptied: 'purged' | 'deleted' | null;
}

/** Reads `<message><event><items node=…>…`; null if the message is no notification. */
export function readNotification(message: Element): Notification | null {
  const event = childOf(message, 'event', NS.pubsubEvent);
  if (!event) return null;
  for (const emptied of ['purge', 'delete'] as const) {
    const node = childOf(event, emptied, NS.pubsubEvent)?.getAttribute('node');
    if (node) return { node, published: [], retracted: [], emptied: emptied === 'purge' ? 'purged' : 'deleted' };
  }
  const items = childOf(event, 'items', NS.pubsubEvent);
  const node = items?.getAttribute('node');
  if (!items || !node) return null;
  const retracted = childrenOf(items, 'retract', NS.pubsubEvent).map((retract) => retract.getAttribute('id') ?? '');
  return { node, published: readItemElements(items, NS.pubsubEvent), retracted, emptied: null };
}

/** Reads the items in the answer `<iq><pubsub><items>…`. */
export function readItems(iq: Element): Item[] {
  const pubsub = childOf(iq, 'pubsub', NS.pubsub);
  const items = pubsub && childOf(pubsub, 'items', NS.pubsub);
  return items ? readItemElements(items, NS.pubsub) : [];
}

/** The condition of an error stanza, such as `item-not-found`. */
export function errorCondition(stanza: Element): string {
  const error = [...stanza.children].find((child) => child.localName === 'error');
  const condition = error && [...error.children].find((child) => child.localName !== 'text');
  return condition?.localName ?? 'unknown';
}

function readItemElements(items: Element, namespace: string): Item[] {
  return childrenOf(items, 'item', namespace).map((item) => ({
    id: item.getAttribute('id') ?? '',
    content: readPayload(childOf(item, 'payload', NS.jsonMessage)),
  }));
}

function readPayload(payload: Element | null): Content | null {
  const text = payload && childOf(payload, 'json', NS.json)?.textContent;
  if (!text) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  switch (payload.getAttribute('datatype')) {
    case EVENT_DATATYPE: {
      const event = parseEvent(json);
      return event && { kind: 'event', event };
    }
    case TRAFFIC_DATATYPE:
      return isRecord(json) ? { kind: 'traffic', json } : null;
    default:
      return null;
  }
}

function childrenOf(parent: Element, name: string, namespace: string): Element[] {
  return [...parent.children].filter((child) => child.localName === name && child.namespaceURI === namespace);
}

function childOf(parent: Element, name: string, namespace: string): Element | null {
  return childrenOf(parent, name, namespace)[0] ?? null;
}
