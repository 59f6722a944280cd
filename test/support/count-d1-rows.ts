/** A database whose statements are counted. */
export interface CountedDatabase {
  readonly db: D1Database;
  /** Rows read and written so far, as D1 bills them. */
  readonly rows: { read: number; written: number };
}

/** The same database, with what every statement read and wrote added up. */
export const countD1Rows = (db: D1Database): CountedDatabase => {
  const rows = { read: 0, written: 0 };
  const plain = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const note = <R extends { readonly meta: D1Meta }>(result: R): R => {
    rows.read += result.meta.rows_read;
    rows.written += result.meta.rows_written;
    return result;
  };
  const counted = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => counted(statement.bind(...values)),
      run: async () => note(await statement.run()),
      all: async () => note(await statement.all()),
      first: async (column?: string) => {
        const [row] = note(await statement.all()).results;
        return row === undefined ? null : column === undefined ? row : row[column];
      },
    } as unknown as D1PreparedStatement; // the part of it that this house uses
    plain.set(wrapped, statement);
    return wrapped;
  };
  const wrapped = {
    prepare: (sql: string) => counted(db.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await db.batch(statements.map((one) => plain.get(one) ?? one));
      results.forEach(note);
      return results;
    },
  } as unknown as D1Database; // as above
  return { db: wrapped, rows };
};
