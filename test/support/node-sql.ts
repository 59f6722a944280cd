import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqlPort, SqlRow } from "../../src/storage/object/sql-port.ts";

/** The SQL port over Node's own SQLite, for benchmarks and tests of the object's storage in plain Node. Statements are prepared once, as the platform does. */
export const nodeSql = (database: DatabaseSync): SqlPort => {
  const prepared = new Map<string, StatementSync>();
  return {
    run: (sql, ...params) => {
      const statement = prepared.get(sql) ?? database.prepare(sql);
      prepared.set(sql, statement);
      return statement.all(...params) as SqlRow[]; // no statement of ours selects a blob
    },
  };
};

/** Runs work in a transaction that is rolled back when it throws, as the object's `transactionSync` does. */
export const nodeTransaction =
  (database: DatabaseSync): (<T>(work: () => T) => T) =>
  (work) => {
    database.exec("BEGIN");
    try {
      const value = work();
      database.exec("COMMIT");
      return value;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
