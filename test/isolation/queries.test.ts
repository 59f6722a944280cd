import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { getTableConfig } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../src/storage/schema.ts";
import { textsOf } from "./source-texts.ts";

const root = path.join(import.meta.dirname, "../..");

/** Tables whose rows belong to workspaces. */
const tables = Object.values(schema).flatMap((table) => {
  const { name, columns } = getTableConfig(table);
  return columns.some((column) => column.name === "workspace") ? [name] : [];
});

/** Statements that are about all workspaces, each with its reason. Whatever else names a table of theirs says whose rows it means. */
const aboutAll: readonly (readonly [file: string, statement: RegExp, reason: string])[] = [
  ["src/storage/intake/redrive.ts", /^DELETE FROM intake WHERE id IN/, "rows by their own random ids, which their queue messages carry"],
  ["src/storage/intake/redrive.ts", /^UPDATE intake SET retry_at/, "as before"],
  [
    "src/storage/intake/redrive.ts",
    /^SELECT id, body FROM intake/,
    "the sweep goes over what anybody left behind; each row names its workspace",
  ],
  ["src/storage/control/keys.ts", /^SELECT id, workspace, kind/, "a key says whose it is: nothing is known before"],
  ["src/storage/control/workspaces.ts", /^SELECT \* FROM members WHERE operator/, "an operator's own workspaces, at sign-in"],
];

/** Whose rows are meant: a comparison of the column, a place in a row of columns that is compared or written, or one joined by it. */
const saysWhose = /\bworkspace\s*(?:=|IN\b)|[(,]\s*(?:\w+\.)?workspace\b[^)]*\)/;

/** Every text with a statement over such a table, with the file it stands in. */
const statements = ["src", "workers"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    // Databases of objects hold one user's, group's or stream's rows; the objects' names carry the workspace.
    .filter((file) => !file.replaceAll("\\", "/").startsWith("storage/object/"))
    .filter((file) => /(?<!\.d|\.test|\.test-suite|\.test-support)\.ts$/.test(file))
    .flatMap((file) => {
      const name = `${folder}/${file.replaceAll("\\", "/")}`;
      return textsOf(readFileSync(path.join(root, name), "utf8")).flatMap((text) => (isOverTables(text) ? [{ name, text }] : []));
    }),
);

function isOverTables(text: string): boolean {
  const named = [...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+"?(\w+)"?/g)].map(([, table]) => table ?? "");
  return named.some((table) => tables.includes(table));
}

describe("statements over tables of workspaces", () => {
  it("are found", () => expect(statements.length).toBeGreaterThan(80));

  it("name the workspace, but for those listed here with the reason", () => {
    const unnamed = statements.filter(({ text }) => !saysWhose.test(text));
    const unexplained = unnamed.filter(({ name, text }) => !aboutAll.some(([file, statement]) => file === name && statement.test(text)));
    expect(unexplained.map(({ name, text }) => `${name}: ${text.replaceAll(/\s+/g, " ")}`)).toEqual([]);
  });

  it("listed here are there", () => {
    for (const [file, statement, reason] of aboutAll)
      expect([reason, statements.some(({ name, text }) => name === file && statement.test(text))]).toEqual([reason, true]);
  });
});
