import { Fault } from "../../src/domain/fault.ts";
import { type MessageRow, readMessage } from "../../src/storage/shard/message-list.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";

/** A message by its id, whoever's it is. @throws Fault not-found */
export const findMessage = async (env: Env, workspace: string, id: string): Promise<MessageRow> => {
  const rows = await Promise.all(shardsOf(env).map((db) => readMessage(db, workspace, id)));
  // Of a user who was merged into one of another shard, an older word of it may have stayed where they were.
  const row = rows.toSorted((a, b) => (b?.updated_at ?? 0) - (a?.updated_at ?? 0)).find((one) => one !== undefined);
  if (row === undefined) throw new Fault("not-found", `There is no message "${id}"`);
  return row;
};
