import { runInDurableObject } from "cloudflare:test";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { watchSql } from "./watch-sql.ts";
import { userStub } from "./workspace.ts";

/** Counts rows that an object's statements read and write while `work` runs, as the platform bills them. */
export const countObjectRows = async (workspace: string, key: UserKey, work: () => Promise<unknown>) => {
  const rows = { read: 0, written: 0 };
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const stop = await watchSql(workspace, key, { ownOnly: true, after: (cursor) => cursors.push(cursor) });
  await work();
  stop();
  await runInDurableObject(userStub(workspace, key), () => {
    for (const cursor of cursors) {
      rows.read += cursor.rowsRead;
      rows.written += cursor.rowsWritten;
    }
  });
  return rows;
};
