import type { UserEvent } from "../../domain/event/event.ts";
import { type Frame, readItem } from "./item.ts";
import { readObject } from "./object.ts";
import { utf8Length } from "./utf8-length.ts";
import { Refused, type Refusal, type Rejection } from "./verdict.ts";

/** Segment's documented limits, in bytes of 1,024 to the KB; nothing is enforced below them. */
export const limits = { itemBytes: 32 * 1024, requestBytes: 500 * 1024, items: 2_500 } as const;

/** A shared context is written into every item: this bounds what one request can grow to in memory and in storage. */
const maxSharedBytes = 4_000_000;

/** An accepted event with its JSON text: stringified once, for size, intake row and queue message alike. */
export interface Packed {
  readonly event: UserEvent;
  readonly text: string;
  readonly bytes: number;
}

/** What became of a request's items. */
export interface Verdicts {
  readonly accepted: readonly Packed[];
  readonly rejected: readonly Rejection[];
}

/** An item is measured as it came, so that ids and times we add never push it over; most are so short that their stored text tells. */
const isTooLarge = (item: unknown, storedBytes: number): boolean =>
  storedBytes > limits.itemBytes && utf8Length(JSON.stringify(item)) > limits.itemBytes;

const readOne = (item: unknown, index: number, frame: Frame): Packed => {
  const event = readItem(item, index, frame);
  const text = JSON.stringify(event);
  const bytes = utf8Length(text);
  if (isTooLarge(item, bytes)) throw new Refused("", "too-large", `the item is larger than ${limits.itemBytes / 1024} KB`);
  if (bytes > limits.itemBytes * 3) throw new Refused("context", "too-large", "the item is too large together with the request's context");
  return { event, text, bytes };
};

/** Reads items one by one; a bad one is named and costs no other. */
export const readItems = (items: readonly unknown[], frame: Frame): Verdicts => {
  const accepted: Packed[] = [];
  const rejected: Rejection[] = [];
  for (const [index, item] of items.entries()) {
    try {
      accepted.push(readOne(item, index, frame));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      rejected.push({ index, ...error.refusal });
    }
  }
  return { accepted, rejected };
};

/** A batch's items and what its envelope gives them. */
export interface Envelope {
  readonly items: readonly unknown[];
  readonly sentAt: unknown;
  readonly context: Frame["context"];
}

/** Reads the envelope of a batch call; a refusal where nothing in it can be used. */
export const readEnvelope = (body: unknown): Envelope | Refusal => {
  if (typeof body !== "object" || body === null) return { field: "", code: "not-an-object", message: "the body must be an object" };
  const envelope: { readonly [field: string]: unknown } = { ...body };
  const items: unknown = envelope["batch"];
  if (!Array.isArray(items)) return { field: "batch", code: "wrong-type", message: "batch must be an array" };
  if (items.length > limits.items) return { field: "batch", code: "too-many", message: `batch has more than ${limits.items} items` };
  try {
    const context = readObject(envelope["context"], "context");
    if (context !== undefined && JSON.stringify(context).length * items.length > maxSharedBytes) {
      return { field: "context", code: "too-large", message: "context is too large to be shared by so many items" };
    }
    return { items, sentAt: envelope["sentAt"], context };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
};
