import type { GroupCall } from "../../src/api/group-rpc.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { groupObjectName, type GroupName } from "../../src/domain/group/group-name.ts";
import type { GroupMembership } from "../../src/domain/user/state.ts";
import { groupCallOf } from "../../src/domain/user/groups.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import type { Env } from "../env.ts";
import { groupObject } from "../group-stub.ts";
import { pool } from "../pool.ts";

/** Groups told at once, and calls in one message to a group. */
const parallel = 10;
const callsPerMessage = 500;

/** Events that a user's object has taken. */
export interface Taken {
  readonly workspace: string;
  readonly user: UserKey;
  readonly events: readonly UserEvent[];
}

/**
 * Tells groups what `group` calls said, after their users' objects took them. Answers those of whose calls a group was not
 * told: they are to be taken again, which changes nothing for the others.
 */
export const tellGroups = async <T extends Taken>(env: Env, taken: readonly T[]): Promise<readonly T[]> => {
  const byGroup = new Map<string, { readonly name: GroupName; readonly calls: GroupCall[]; readonly from: Set<T> }>();
  for (const one of taken)
    for (const event of one.events) {
      const call = event.type === "group" ? groupCallOf(event) : undefined;
      if (call === undefined) continue;
      const name = { workspace: one.workspace, type: call.type, id: call.id };
      const key = groupObjectName(name);
      const group = byGroup.get(key) ?? { name, calls: [], from: new Set<T>() };
      byGroup.set(key, group);
      const order = [event.time, event.receivedAt, event.index] as const;
      group.calls.push({ user: one.user, state: call.state, order, ...(event.traits !== undefined && { traits: event.traits }) });
      group.from.add(one);
    }
  const failed = new Set<T>();
  await pool([...byGroup.values()], parallel, async ({ name, calls, from }) => {
    try {
      for (let at = 0; at < calls.length; at += callsPerMessage) await groupObject(env, name).take(calls.slice(at, at + callsPerMessage));
    } catch (error) {
      console.error(JSON.stringify({ what: "a group could not be told", ...name, error: String(error) }));
      for (const one of from) failed.add(one);
    }
  });
  return [...failed];
};

/** A user becomes another one: the groups it is in are told, before it is taken in. Rejects when one could not be; may be repeated. */
export const moveMemberships = async (
  env: Env,
  workspace: string,
  move: { readonly from: UserKey; readonly to: UserKey; readonly groups: Readonly<Record<string, GroupMembership>> },
): Promise<void> => {
  const { from, to, groups } = move;
  const present = Object.values(groups).filter(({ left }) => left !== true);
  await pool(present, parallel, ({ type, id }) => groupObject(env, { workspace, type, id }).moveMember(from, to));
};
