import { compareOrder, type EventOrder } from "../event/event.ts";
import { stableText } from "../hash.ts";
import type { Json, JsonObject } from "../json.ts";
import { limits } from "./limits.ts";
import type { AttributeEntry, Profile } from "./state.ts";

type Attributes = Profile["attributes"];

export interface Written {
  /** The same reference when nothing was newer. */
  readonly attributes: Attributes;
  /** Names whose value is another now; a newer date alone is no change. */
  readonly changed: readonly string[];
  /** Names whose value did not fit beside the others (limits.ts). */
  readonly refused: readonly string[];
}

/** Room an attribute takes beside its name and value: its dates. */
const ENTRY_CHARACTERS = 60;

const sizeOfEntry = (name: string, { value }: AttributeEntry): number =>
  name.length + ENTRY_CHARACTERS + (value === undefined ? 0 : JSON.stringify(value).length);

const sizes = new WeakMap<Attributes, number>();

/** Characters of all attributes; counted once per record, then carried along. */
const sizeOf = (attributes: Attributes): number => {
  const known = sizes.get(attributes);
  if (known !== undefined) return known;
  const size = Object.entries(attributes).reduce((sum, [name, entry]) => sum + sizeOfEntry(name, entry), 0);
  sizes.set(attributes, size);
  return size;
};

/** Writes values said at `order`: last write wins per top-level attribute, null and "" leave a dated tombstone. */
export const writeAttributes = (attributes: Attributes, traits: JsonObject, order: EventOrder, room?: number): Written =>
  mergeAttributes(
    attributes,
    Object.entries(traits).map(([name, value]) => [name, isAbsent(value) ? { order } : { value, order }] as const),
    room,
  );

/** Lets newer entries win; the outcome does not depend on the order in which entries come, as long as all of them fit (`room`: characters). */
export const mergeAttributes = (
  attributes: Attributes,
  entries: Iterable<readonly [string, AttributeEntry]>,
  room: number = limits.attributeCharacters,
): Written => {
  let written: Record<string, AttributeEntry> | undefined;
  const changed: string[] = [];
  const refused: string[] = [];
  let size = 0;
  for (const [name, entry] of entries) {
    // The one name that cannot be a field of a plain object.
    if (name === "__proto__") continue;
    const before = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (before !== undefined && !wins(entry, before)) continue;
    if (written === undefined) size = sizeOf(attributes);
    const growth = sizeOfEntry(name, entry) - (before === undefined ? 0 : sizeOfEntry(name, before));
    if (growth > 0 && size + growth > room) {
      refused.push(name);
      continue;
    }
    size += growth;
    written ??= { ...attributes };
    written[name] = entry;
    if (!isSameValue(before?.value, entry.value)) changed.push(name);
  }
  if (written !== undefined) sizes.set(written, size);
  return { attributes: written ?? attributes, changed, refused };
};

/** The newer of two dated entries. */
export const newerEntry = (a: AttributeEntry | undefined, b: AttributeEntry | undefined): AttributeEntry | undefined =>
  a === undefined ? b : b === undefined || !wins(b, a) ? a : b;

const isAbsent = (value: Json): boolean => value === null || value === "";

/** Two requests may carry the very same order; then the text decides, so that any sequence ends alike. */
const wins = (entry: AttributeEntry, before: AttributeEntry): boolean => {
  const byOrder = compareOrder(entry.order, before.order);
  return byOrder > 0 || (byOrder === 0 && stableText(entry.value) > stableText(before.value));
};

const isSameValue = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && stableText(a) === stableText(b));

/** The attributes as plain values, without tombstones. */
export const plainAttributes = (attributes: Attributes): JsonObject =>
  Object.fromEntries(Object.entries(attributes).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const])));

/** An attribute as text, where it is text. */
export const textAttribute = (attributes: Attributes, name: string): string | undefined => {
  const value = Object.hasOwn(attributes, name) ? attributes[name]?.value : undefined;
  return typeof value === "string" ? value : undefined;
};
