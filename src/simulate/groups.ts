import type { UserEvent } from "../domain/event/event.ts";
import { orderOf } from "../domain/event/event.ts";
import { groupAttributes, newGroup, sayOfGroup } from "../domain/group/group.ts";
import { groupCallOf, groupKey } from "../domain/user/groups.ts";
import { play, type Outside } from "./play.ts";
import type { World } from "./world.ts";

/**
 * What a `group` call says of the group itself: kept with the group, and told to every member that does not know it yet, at
 * once. The caller's own membership was part of the event.
 */
export const tellGroup = (world: World, outside: Outside, event: UserEvent): void => {
  const call = groupCallOf(event);
  if (call === undefined) return;
  const key = groupKey(call.type, call.id);
  const before = world.groups.get(key) ?? newGroup(world.now);
  const group = event.traits === undefined ? before : sayOfGroup(before, event.traits, { order: orderOf(event), now: world.now }).group;
  world.groups.set(key, group);
  for (const user of world.users.values()) {
    const { groups } = user.state.profile;
    const membership = Object.hasOwn(groups, key) ? groups[key] : undefined;
    if (membership === undefined || membership.left === true || membership.version >= group.version) continue;
    play(world, outside, user, {
      type: "group",
      id: `group:${key}@${group.version}`,
      groupType: call.type,
      group: call.id,
      attributes: { values: groupAttributes(group), version: group.version },
    });
  }
};
