import { env } from "cloudflare:workers";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "./schema.ts";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

const db = (env as unknown as { readonly DB: D1Database }).DB; // bound in wrangler.toml
const tables = Object.values<unknown>(schema).filter((table): table is SQLiteTable => is(table, SQLiteTable));
/** better-auth's tables: only its adapter reads them. */
const notMirrored = /^(operator_|sqlite_|_cf_|d1_)/;

describe("schema", () => {
  it("names every table of the migrations", async () => {
    const { results } = await db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
    expect(tables.map(getTableName).toSorted()).toEqual(
      results
        .map(({ name }) => name)
        .filter((name) => !notMirrored.test(name))
        .toSorted(),
    );
  });

  it.each(tables.map((table) => [getTableName(table), table] as const))("mirrors %s column by column", async (name, table) => {
    const { results } = await db.prepare(`SELECT name, type, "notnull", pk FROM pragma_table_info(?)`).bind(name).all<Column>();
    const inDatabase = results.map((column) => ({
      name: column.name,
      type: column.type.toLowerCase(),
      notNull: column.notnull === 1 || column.pk > 0,
      pk: column.pk,
    }));
    const { primaryKeys } = getTableConfig(table);
    const key =
      primaryKeys[0]?.columns.map((column) => column.name) ??
      Object.values(getTableColumns(table))
        .filter((column) => column.primary)
        .map((column) => column.name);
    const inSchema = Object.entries(getTableColumns(table)).map(([property, column]) => {
      expect(property).toBe(column.name);
      return { name: column.name, type: column.getSQLType(), notNull: column.notNull, pk: key.indexOf(column.name) + 1 };
    });
    expect(inSchema).toEqual(inDatabase);
  });
});
