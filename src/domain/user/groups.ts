import { compareOrder, orderOf, type EventOrder, type UserEvent } from "../event/event.ts";
import { stableText } from "../hash.ts";
import type { Json, JsonObject } from "../json.ts";
import { setProfile, type Draft } from "./draft.ts";
import { withReason } from "./give-reason.ts";
import { limits } from "./limits.ts";
import { refuse, refuseGroups } from "./refuse.ts";
import type { GroupMembership, Profile } from "./state.ts";
import type { Stimulus } from "./stimulus.ts";

/** Group type of calls that name none. */
const DEFAULT_TYPE = "group";
/** A type is part of a path and of the group's name: no slash, no control characters. */
// eslint-disable-next-line no-control-regex
const TYPE = /^[^/\u0000-\u001f]{1,100}$/u;

/** May a group's type be called this? */
export const isGroupType = (type: string): boolean => TYPE.test(type) && type.isWellFormed();

/** Key of a group among a user's groups. */
export const groupKey = (type: string, id: string): string => `${type}/${id}`;

/** The group a `group` call names and what it says of this user's membership (docs/language.md, Groups); undefined for any other call, and for one that names none. */
export const groupCallOf = (
  event: UserEvent,
):
  | { readonly type: string; readonly id: string; readonly state: "joined" | "left"; readonly relationship: JsonObject | undefined }
  | undefined => {
  if (event.type !== "group" || event.groupId === undefined || !event.groupId.isWellFormed()) return undefined;
  const { groupType, relationship, assigned } = event.context ?? {};
  const type = groupType === undefined || groupType === null || groupType === "" ? DEFAULT_TYPE : groupType;
  if (typeof type !== "string" || !isGroupType(type)) return undefined;
  return {
    type,
    id: event.groupId,
    state: assigned === false ? "left" : "joined",
    relationship: isObject(relationship) ? relationship : undefined,
  };
};

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** A `group` call joins the user to the group, or takes it out. What it says of the group itself (traits) is the group's own affair. */
export const takeGroupCall = (draft: Draft, event: UserEvent): void => {
  if (event.type !== "group") return;
  const call = groupCallOf(event);
  if (call === undefined)
    return refuse(
      draft,
      "groups",
      [event.groupId ?? ""],
      "context.groupType is 1 to 100 characters without a slash; ids are well-formed text",
    );
  const { state, relationship } = call;
  const membership = { state, order: orderOf(event), ...(relationship !== undefined && { relationship }) };
  withReason(draft, { clause: "a group call" }, () =>
    tell(draft, { type: "group", id: event.id, groupType: call.type, group: call.id, membership }),
  );
};

/** What a call says of the membership, or the group of itself; an older telling changes nothing. */
export const takeGroup = (draft: Draft, told: GroupStimulus): void => tell(draft, told);

type GroupStimulus = Extract<Stimulus, { type: "group" }>;

/** A membership nobody has spoken of: older than anything that may be said. */
const unspoken = (type: string, id: string): GroupMembership => ({
  type,
  id,
  left: true,
  order: [0, 0, 0],
  relationship: {},
  written: {},
  attributes: {},
  version: 0,
});

const tell = (draft: Draft, told: GroupStimulus): void => {
  const { groups } = draft.state.profile;
  const key = groupKey(told.groupType, told.group);
  const before = Object.hasOwn(groups, key) ? groups[key] : undefined;
  // A group that speaks before it is known here speaks to whom this user is about to become (a merge under way): kept.
  const start = before ?? unspoken(told.groupType, told.group);
  const after = withAttributes(withMembership(start, told.membership, draft.at), told.attributes);
  if (after === start) return;
  const kept = fitting({ ...groups, [key]: after }, key);
  if (kept === undefined) return refuseGroups(draft, [key]);
  setProfile(draft, { groups: kept });
  noteChange(draft, start, after);
};

/** What conditions, triggers and the timeline hear of: joins, leaves, and what a member's group or membership says anew. */
const noteChange = (draft: Draft, before: GroupMembership, after: GroupMembership): void => {
  const change = changeOf(before, after);
  if (change === undefined) return;
  const { type, id } = after;
  draft.changes.aspects.push("groups");
  // What a group says to a new member is no change of the group: it belongs to the join.
  const isFirst = change === "changed" && before.version === 0 && after.version > 0;
  draft.changes.groups.push(isFirst ? { type, id, change: "joined", told: true } : { type, id, change });
  draft.facts.push({ kind: `group-${change}`, at: draft.at, groupType: type, group: id });
};

const changeOf = (before: GroupMembership, after: GroupMembership): "joined" | "left" | "changed" | undefined => {
  if (before.left !== after.left) return after.left === true ? "left" : "joined";
  if (after.left === true) return undefined;
  const says = ({ attributes, relationship }: GroupMembership): string => stableText({ attributes, relationship });
  return says(before) === says(after) ? undefined : "changed";
};

/** How memberships that a merge brought differ from those there were, told like any other join or change. */
export const noteGroups = (draft: Draft, before: Profile["groups"]): void => {
  for (const [key, after] of Object.entries(draft.state.profile.groups)) {
    const known = Object.hasOwn(before, key) ? before[key] : undefined;
    if (after !== known) noteChange(draft, known ?? unspoken(after.type, after.id), after);
  }
};

const withMembership = (start: GroupMembership, said: GroupStimulus["membership"], at: number): GroupMembership => {
  if (said === undefined) return start;
  const order = said.order ?? ([at, at, 0] as const);
  const related = withRelationship(start, said.relationship ?? {}, order);
  const isLeft = said.state === "left";
  if (compareOrder(order, start.order) === 0 ? !isLeft || start.left === true : isLater(start, { order })) return related;
  const { left: _left, ...rest } = related;
  return { ...rest, ...(isLeft && { left: true as const }), order };
};

/** Last write wins per attribute of the membership; null and "" remove one. */
const withRelationship = (start: GroupMembership, said: JsonObject, order: EventOrder): GroupMembership => {
  let { relationship, written } = start;
  for (const [name, value] of Object.entries(said)) {
    const last = Object.hasOwn(written, name) ? written[name] : undefined;
    const { [name]: old, ...others } = relationship;
    const byOrder = last === undefined ? 1 : compareOrder(order, last);
    if (name === "__proto__" || byOrder < 0 || (byOrder === 0 && stableText(value) <= stableText(old))) continue;
    const isGone = value === null || value === "";
    relationship = isGone ? others : { ...others, [name]: value };
    written = { ...written, [name]: order };
  }
  return written === start.written ? start : { ...start, relationship, written };
};

const withAttributes = (start: GroupMembership, said: GroupStimulus["attributes"]): GroupMembership =>
  said === undefined || said.version <= start.version ? start : { ...start, attributes: said.values, version: said.version };

/** The groups within their bounds: marks of groups left longest ago go first; undefined where that makes no room for `key`. */
const fitting = (groups: Profile["groups"], key: string): Profile["groups"] | undefined => {
  const { kept, refused } = fittingGroups(groups, { [key]: true });
  return refused.length === 0 ? kept : undefined;
};

/**
 * Groups within their bounds (limits.ts). Marks of groups left longest ago go first, then those of `newcomers` that were
 * joined last; what has to stay out for want of room is named.
 */
export const fittingGroups = (
  groups: Profile["groups"],
  newcomers: Readonly<Record<string, unknown>>,
): { readonly kept: Profile["groups"]; readonly refused: readonly string[] } => {
  const sizes = new Map(Object.entries(groups).map(([key, group]) => [key, key.length + JSON.stringify(group).length + 4]));
  let characters = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const isOver = (): boolean => sizes.size > limits.groups || characters > limits.groupCharacters;
  if (!isOver()) return { kept: groups, refused: [] };
  const drop = (key: string): void => {
    characters -= sizes.get(key) ?? 0;
    sizes.delete(key);
  };
  const byOrder = Object.entries(groups).toSorted(([a, one], [b, other]) => compareOrder(one.order, other.order) || (a < b ? -1 : 1));
  for (const [key, { left }] of byOrder) if (left === true && !Object.hasOwn(newcomers, key) && isOver()) drop(key);
  const refused: string[] = [];
  for (const [key] of byOrder.toReversed())
    if (isOver() && sizes.has(key) && Object.hasOwn(newcomers, key)) {
      drop(key);
      refused.push(key);
    }
  return { kept: Object.fromEntries(Object.entries(groups).filter(([key]) => sizes.has(key))), refused };
};

/**
 * Two users' memberships of one group: the newer join or leave, of each relationship attribute the newer write, of what the
 * group says of itself the newer version. Whatever the sequence, the outcome is the same.
 */
export const mergeMemberships = (a: GroupMembership, b: GroupMembership): GroupMembership => {
  const state = isLater(a, b) ? a : b;
  const relationship: Record<string, Json> = {};
  const written: Record<string, EventOrder> = {};
  for (const name of new Set([...Object.keys(a.written), ...Object.keys(b.written)])) {
    const from = newerWriter(a, b, name);
    const value = Object.hasOwn(from.relationship, name) ? from.relationship[name] : undefined;
    written[name] = from.written[name] ?? [0, 0, 0];
    if (value !== undefined) relationship[name] = value;
  }
  const told = a.version > b.version || (a.version === b.version && stableText(a.attributes) >= stableText(b.attributes)) ? a : b;
  const { type, id, left, order } = state;
  return { type, id, order, ...(left === true && { left }), relationship, written, attributes: told.attributes, version: told.version };
};

/** Of a join and a leave at the very same place in the order the leave stands. */
const isLater = (a: Pick<GroupMembership, "order" | "left">, b: Pick<GroupMembership, "order" | "left">): boolean => {
  const byOrder = compareOrder(a.order, b.order);
  return byOrder > 0 || (byOrder === 0 && a.left === true);
};

const newerWriter = (a: GroupMembership, b: GroupMembership, name: string): GroupMembership => {
  const [inA, inB] = [a, b].map(({ written }) => (Object.hasOwn(written, name) ? written[name] : undefined));
  if (inA === undefined || inB === undefined) return inA === undefined ? b : a;
  const byOrder = compareOrder(inA, inB);
  if (byOrder !== 0) return byOrder > 0 ? a : b;
  const text = (one: GroupMembership): string => (Object.hasOwn(one.relationship, name) ? stableText(one.relationship[name]) : "");
  return text(a) >= text(b) ? a : b;
};
