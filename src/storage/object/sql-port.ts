/** A value SQLite takes or gives; blobs are not used. */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * The one thing the object's storage code asks of a database: run a statement with positional parameters, get its rows.
 * Synchronous, because a stimulus is applied inside one synchronous transaction. Throws what the database throws.
 * Implementations: `durableSql` here; node:sqlite in test/support for benchmarks and tests in plain Node.
 */
export interface SqlPort {
  readonly run: (sql: string, ...params: readonly SqlValue[]) => readonly SqlRow[];
}

/** Reads a column that the table's definition makes a text. */
export const textOf = (row: SqlRow, column: string): string => {
  const value = row[column];
  if (typeof value !== "string") throw new Error(`expected a text in column ${column}, got ${typeof value}`);
  return value;
};

/** Reads a column that the table's definition makes a number. */
export const numberOf = (row: SqlRow, column: string): number => {
  const value = row[column];
  if (typeof value !== "number") throw new Error(`expected a number in column ${column}, got ${typeof value}`);
  return value;
};
