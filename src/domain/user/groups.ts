import { setProfile, type Draft } from "./draft.ts";
import type { GroupMembership } from "./state.ts";
import type { Stimulus } from "./stimulus.ts";

/** Key of a group among a user's groups. */
export const groupKey = (type: string, id: string): string => `${type}/${id}`;

/** What a call says of the membership, or the group of itself; an older telling changes nothing. */
export const takeGroup = (draft: Draft, told: Extract<Stimulus, { type: "group" }>): void => {
  const { groups } = draft.state.profile;
  const key = groupKey(told.groupType, told.group);
  const before = Object.hasOwn(groups, key) ? groups[key] : undefined;
  if (before === undefined && told.membership?.state !== "joined") return;
  const start: GroupMembership = before ?? {
    type: told.groupType,
    id: told.group,
    left: true,
    order: [0, 0, 0],
    relationship: {},
    attributes: {},
    version: 0,
  };
  let after = start;
  if (told.membership !== undefined) {
    const { left: _left, ...rest } = after;
    after = {
      ...rest,
      ...(told.membership.state === "left" && { left: true as const }),
      order: [draft.at, draft.at, 0],
      relationship: { ...after.relationship, ...told.membership.relationship },
    };
  }
  if (told.attributes !== undefined && told.attributes.version > after.version)
    after = { ...after, attributes: told.attributes.values, version: told.attributes.version };
  if (after === start) return;
  setProfile(draft, { groups: { ...groups, [key]: after } });
  draft.changes.aspects.push("groups");
  const change = start.left !== after.left ? (after.left === true ? "left" : "joined") : "changed";
  draft.facts.push({ kind: `group-${change}`, at: draft.at, groupType: told.groupType, group: told.group });
};
