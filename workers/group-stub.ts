import type { GroupRpc } from "../src/api/group-rpc.ts";
import { type GroupName, groupObjectName } from "../src/domain/group/group-name.ts";
import type { Env } from "./env.ts";

/** A group's object. A new stub each time, and typed by its surface, as with users (user-stub.ts). */
export const groupObject = (env: Pick<Env, "GROUPS">, name: GroupName): GroupRpc =>
  env.GROUPS.getByName(groupObjectName(name)) as unknown as GroupRpc;
