import { readdirSync, readFileSync } from "node:fs";
import { unstable_splitSqlQuery as splitSql } from "wrangler";
import { inRoot } from "./paths.ts";

/** The part of a D1 binding used here. */
export interface Database {
  prepare(sql: string): { bind(...values: unknown[]): unknown; all(): Promise<{ results: unknown[] }>; run(): Promise<unknown> };
  batch(statements: never[]): Promise<unknown>;
}

/** The table that `wrangler d1 migrations apply` keeps, so that either way of applying knows of the other. */
const bookkeeping = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/** Applies what migrations/ has and the database has not, each file in one transaction. Returns the names applied. */
export const migrate = async (database: Database): Promise<readonly string[]> => {
  const names = readdirSync(inRoot("migrations"))
    .filter((name) => name.endsWith(".sql"))
    .sort();
  await database.prepare(bookkeeping).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map((row) => (row as { name: string }).name)); // our own column list, just above
  const missing = names.filter((name) => !applied.has(name));
  for (const name of missing) {
    const statements = splitSql(readFileSync(inRoot("migrations", name), "utf8")).map((sql) => database.prepare(sql));
    const record = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    await database.batch([...statements, record] as never[]); // statements are opaque to us: made and taken by the same database
  }
  return missing;
};
