import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { probe } from "./health.ts";

const migrations = path.join(import.meta.dirname, "../../migrations");

it("asks for a table of the newest migration that made one: a Worker ahead of its database is not healthy", () => {
  const newest = readdirSync(migrations)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) =>
      [...readFileSync(path.join(migrations, name), "utf8").matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g)].map(([, table]) => table),
    )
    .findLast((tables) => tables.length > 0);
  expect(newest?.some((table) => probe.includes(`FROM ${table})`))).toBe(true);
});
