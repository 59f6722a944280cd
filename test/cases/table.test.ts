import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import attributes from "./attributes.json" with { type: "json" };
import { deviations } from "./deviations.ts";
import elsewhere from "./elsewhere.json" with { type: "json" };
import rules from "./rules.json" with { type: "json" };
import scripts from "./scripts.json" with { type: "json" };
import segments from "./segments.json" with { type: "json" };

/** Cases that are tests of their own in segments.test.ts and scripts.test.ts. */
const byHand = ["df-022", "df-055", "pv-004", "pv-024", "pv-025", "pv-026", "pv-027", "pv-041"];
/** How many cases each source has numbered; the gaps of the first are cases that are not known here. */
const counts = { df: 103, pv: 86 };

const rulesOf = new Map<string, string | undefined>([
  ...[...segments, ...attributes, ...rules].map(({ id }) => [id, undefined] as const),
  ...byHand.map((id) => [id, undefined] as const),
  ...scripts.map((script) => [script.id, "rule" in script ? script.rule : undefined] as const),
  ...Object.entries(deviations).map(([id, { rule }]) => [id, rule] as const),
]);

const row = (id: string): string => {
  const other = (elsewhere as Readonly<Record<string, Readonly<Record<string, string>>>>)[id];
  if (other !== undefined) {
    const [kind, why] = Object.entries(other)[0] ?? ["", ""];
    return `| ${id} | ${kind.replace("-", " ")} | ${why} |`;
  }
  const rule = rulesOf.get(id);
  return rule === undefined ? `| ${id} | as there | |` : `| ${id} | runs; otherwise here | ${rule.replaceAll("|", "\\|")} |`;
};

const table = (): string => {
  const ids = [...rulesOf.keys(), ...Object.keys(elsewhere)].toSorted();
  return [
    "# Behaviour of other systems, tried here",
    "",
    "What two open systems do, as data: each case is a script played by the simulator (`segments.json`, `attributes.json`, `rules.json`,",
    "`scripts.json` and the tests beside them). `df-` and `pv-` name the system. Where it ends otherwise here, the rule says why;",
    "rules are in docs/semantics.md and docs/language.md. Written by `table.test.ts`.",
    "",
    "| case | result | rule or reason |",
    "|---|---|---|",
    ...ids.map(row),
    "",
  ].join("\n");
};

describe("the table of behaviour cases", () => {
  it("has every case once, run or with the reason why not", () => {
    const run = [...rulesOf.keys()];
    const all = [...run, ...Object.keys(elsewhere)];
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((id) => id.startsWith("df-"))).toHaveLength(counts.df);
    expect(all.filter((id) => id.startsWith("pv-"))).toHaveLength(counts.pv);
  });

  it("is written down as it is: results.md (set UPDATE_CASES to write it)", () => {
    const file = path.join(import.meta.dirname, "results.md");
    if (process.env["UPDATE_CASES"] !== undefined) writeFileSync(file, table());
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(table());
  });
});
