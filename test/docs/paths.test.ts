import { globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.join(import.meta.dirname, "../..");
const pages = ["README.md", ...readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`)];

/** Files and folders of the project that a page names in backticks, as `src/domain/fault.ts` or `test/contracts/{email,sms}.test.ts`. */
const named = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:src|workers|test|dashboard|sdk|scripts|bench|examples|migrations|docs)\/[\w./{},*-]*)`/g)].map(
    ([, name = ""]) => name,
  );

/** Other pages that a page leads to, beside it. */
const linked = (text: string): readonly string[] => [...text.matchAll(/\]\(((?!https?:)[^)#]+)(?:#[^)]*)?\)/g)].map(([, to = ""]) => to);

describe.each(pages)("%s", (page) => {
  const text = readFileSync(path.join(root, page), "utf8");

  it("names files that are there", () => expect(named(text).filter((name) => globSync(name, { cwd: root }).length === 0)).toEqual([]));

  it("leads to pages that are there", () =>
    expect(linked(text).filter((to) => globSync(path.posix.join(path.posix.dirname(page), to), { cwd: root }).length === 0)).toEqual([]));
});

it("a page that names a file which is gone is found", () => {
  expect(named("see `src/domain/gone.ts` and `src/domain/*.ts`, not `npm start` nor `/v1/track`")).toEqual([
    "src/domain/gone.ts",
    "src/domain/*.ts",
  ]);
  expect(globSync("src/domain/gone.ts", { cwd: root })).toEqual([]);
  expect(globSync("src/domain/{fault,json}.ts", { cwd: root })).toHaveLength(2);
});
