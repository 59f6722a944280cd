import { compareOrder, type EventOrder } from "../event/event.ts";
import type { JsonObject } from "../json.ts";
import { plainAttributes, writeAttributes } from "../user/attributes.ts";
import { limits } from "../user/limits.ts";
import type { AttributeEntry } from "../user/state.ts";

/** What a group (an account, a team) is, beside who is in it. */
export interface Group {
  readonly attributes: Readonly<Record<string, AttributeEntry>>;
  /** Goes up by one with each change of what the group says of itself; never back, not even by deletion. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Place of the last deletion in the total order: what was said before it is over. */
  readonly deleted?: EventOrder;
}

export interface Said {
  readonly group: Group;
  /** Names that did not fit (limits.ts). */
  readonly refused: readonly string[];
}

/** A group nobody has spoken of. `now` in ms. */
export const newGroup = (now: number): Group => ({ attributes: {}, version: 1, createdAt: now, updatedAt: now });

/** Attributes said of the group at `order`: the last write wins for each, null and "" remove one. The same reference when nothing is newer. */
export const sayOfGroup = (
  group: Group,
  traits: JsonObject,
  { order, now }: { readonly order: EventOrder; readonly now: number },
): Said => {
  if (isOver(group, order)) return { group, refused: [] };
  const { attributes, changed, refused } = writeAttributes(group.attributes, traits, order, limits.oneGroupCharacters);
  if (attributes === group.attributes) return { group, refused };
  const isNews = changed.length > 0;
  return { group: { ...group, attributes, version: group.version + (isNews ? 1 : 0), updatedAt: isNews ? now : group.updatedAt }, refused };
};

/** Deletes the group: what was said of it before is forgotten for good, whenever it arrives. */
export const deleteGroup = (group: Group, { order, now }: { readonly order: EventOrder; readonly now: number }): Group => ({
  attributes: {},
  version: group.version + 1,
  createdAt: group.createdAt,
  updatedAt: now,
  deleted: order,
});

/** Was this said before the group was deleted? */
export const isOver = ({ deleted }: Group, order: EventOrder): boolean => deleted !== undefined && compareOrder(order, deleted) <= 0;

/** Does the group stand: not deleted, or joined or spoken of since? */
export const stands = ({ deleted, attributes }: Group, members: number): boolean =>
  deleted === undefined || members > 0 || Object.keys(attributes).length > 0;

/** What members and people are told of the group. */
export const groupAttributes = ({ attributes }: Group): JsonObject => plainAttributes(attributes);
