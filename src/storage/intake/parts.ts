import type { EventsMessage } from "../../api/queue.ts";

/** An event's JSON text and its length in UTF-8 bytes. */
export interface EventText {
  readonly text: string;
  readonly bytes: number;
}

/** One intake row and one queue message: the same JSON text of an EventsMessage. */
export interface Part {
  readonly id: string;
  readonly workspace: string;
  readonly body: string;
  readonly bytes: number;
  readonly receivedAt: number;
}

/** What all parts of a request share. */
export interface PartHeader {
  readonly workspace: string;
  readonly shard: number;
  readonly receivedAt: number;
  readonly newId: () => string;
}

export const maxPartItems = 100;
/** Cloudflare's documented limit: a queue message holds 128,000 bytes, of which the queue takes about 100. */
export const maxPartBytes = 128_000 - 256;

/** What ingest fills in before the items. */
type Head = Omit<EventsMessage, "items">;

const packOne = (texts: readonly string[], textBytes: number, header: PartHeader): Part => {
  const id = header.newId();
  const head: Head = { intake: id, shard: header.shard, workspace: header.workspace };
  // The items are JSON already: put between head and end instead of being stringified again.
  const open = `${JSON.stringify(head).slice(0, -1)},"items":[`;
  const body = `${open}${texts.join(",")}]}`;
  return { id, workspace: header.workspace, body, bytes: open.length + textBytes + texts.length - 1 + 2, receivedAt: header.receivedAt };
};

/** Packs events, in order, into parts of at most 100 items and 128 KB. An event alone is always smaller than a part (src/api/ingest/batch.ts). */
export const packParts = (events: readonly EventText[], header: PartHeader): Part[] => {
  const parts: Part[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const roomBytes = maxPartBytes - JSON.stringify(header.workspace).length - 128;
  for (const event of events) {
    if (texts.length === maxPartItems || (texts.length > 0 && bytes + event.bytes + texts.length > roomBytes)) {
      parts.push(packOne(texts, bytes, header));
      texts = [];
      bytes = 0;
    }
    texts.push(event.text);
    bytes += event.bytes;
  }
  if (texts.length > 0) parts.push(packOne(texts, bytes, header));
  return parts;
};
