import type { UserRpcSurface } from "../src/api/user-rpc.ts";
import { type UserKey, objectNameOf } from "../src/domain/user/user-key.ts";
import type { Env } from "./env.ts";

/**
 * A user's object, by workspace and key. A new stub each time: one that failed stays broken.
 * The platform's own stub type expands every answer recursively, which JSON values defeat; the surface is the same.
 */
export const userObject = (env: Pick<Env, "USERS">, workspace: string, user: UserKey): UserRpcSurface =>
  env.USERS.getByName(objectNameOf(workspace, user)) as unknown as UserRpcSurface;
