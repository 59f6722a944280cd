import type { GroupRpc } from "../src/api/group-rpc.ts";
import { type GroupName, groupObjectName } from "../src/domain/group/group-name.ts";
import type { Env } from "./env.ts";

/** A group's object. A new stub each time: one that failed stays broken. */
export const groupObject = (env: Pick<Env, "GROUPS">, name: GroupName): GroupRpc => {
  // The platform's own stub type expands every answer recursively, which JSON values defeat; the surface is the same.
  const stub: unknown = env.GROUPS.getByName(groupObjectName(name));
  return stub as GroupRpc;
};
