import * as z from "zod";
import { maxBytes } from "../../src/api/ingest/text.ts";
import { utf8Length } from "../../src/api/ingest/utf8-length.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { knownUsers } from "../../src/storage/shard/sample-users.ts";
import { shardNumberOf, shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";

/** A userId in a body: as in tracking calls (text.ts), since what has no UTF-8 would be another user's object. */
export const userId = z
  .string()
  .min(1)
  .refine(
    (id) => !id.includes("\0") && id.isWellFormed() && utf8Length(id) <= maxBytes.userId,
    `1 to ${maxBytes.userId} bytes of well-formed text without NUL`,
  );

/** Those of these users that the directory knows: a misspelt id must not become a user. */
export const knownAmong = async (env: Env, workspace: string, users: readonly UserKey[]): Promise<ReadonlySet<UserKey>> => {
  const shards = shardsOf(env);
  const byShard = Map.groupBy(users, (user) => shardNumberOf(workspace, user, shards.length));
  const found = await Promise.all([...byShard].map(([number, own]) => knownUsers(shards[number] ?? env.SHARD_0, workspace, own)));
  return new Set(found.flat());
};
