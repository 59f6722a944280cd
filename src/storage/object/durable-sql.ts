import type { SqlPort, SqlRow } from "./sql-port.ts";

/** The SQL port over a Durable Object's own database. Rows are read at once: a cursor must not outlive its statement. */
export const durableSql = (sql: SqlStorage): SqlPort => ({
  run: (statement, ...params) => sql.exec(statement, ...params).toArray() as unknown as readonly SqlRow[], // no statement of ours selects a blob
});
