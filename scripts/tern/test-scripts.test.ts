import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inRoot } from "../launch/paths.ts";
import { describeResult, scriptFiles, testScript } from "./test-scripts.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tern-scripts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, value: unknown): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
};
const journey = (start: string) => ({
  key: "hello",
  name: "Hello",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  start,
  steps: { done: { type: "exit" } },
});
const script = (expected: readonly object[]) => ({
  start: "2026-01-05T08:00:00Z",
  script: [{ at: "PT1M", type: "track", userId: "u1", event: "Go" }],
  until: "P1D",
  expect: expected,
});
const cli = (...args: readonly string[]) =>
  spawnSync(inRoot("node_modules/.bin/node"), [inRoot("scripts/tern.ts"), ...args], { encoding: "utf8" });

describe("tern test", () => {
  it.each(scriptFiles([inRoot("examples/shop")]))("the example's script holds: %s", async (file) => {
    expect(describeResult(await testScript(file))).toMatch(/^ok /);
  });

  it("plays scripts over the definitions kept beside them, and says readably what was not met", async () => {
    write("good/journeys/hello.json", journey("done"));
    const met = write("good/tests/met.test.json", script([{ type: "run-started", journey: "hello", at: "PT1M" }]));
    const unmet = write("good/tests/unmet.test.json", script([{ type: "run-started", at: "PT2M" }]));
    expect(scriptFiles([path.join(folder, "good")])).toEqual([met, unmet]);
    expect(await testScript(met)).toMatchObject({ passed: true, expectations: 1 });
    expect(describeResult(await testScript(unmet))).toContain("the nearest differs in at");
  });

  it("names the file and the place of what is wrong in a definition or a script", async () => {
    write("bad/journeys/hello.json", journey("gone"));
    expect((await testScript(write("bad/any.test.json", script([])))).problems).toMatchObject([
      { file: path.join(folder, "bad/journeys/hello.json"), path: "start" },
    ]);
    expect((await testScript(write("good/wrong.test.json", { ...script([]), untill: "P1D" }))).problems).toMatchObject([
      { path: "untill" },
    ]);
    expect((await testScript(write("good/broken.test.json", "{"))).problems).toHaveLength(1);
  });

  it("answers with its exit code: 0 all met, 1 not, 2 for a call that makes no sense; --json for machines", async () => {
    expect(cli("test", path.join(folder, "good/tests/met.test.json")).status).toBe(0);
    const failed = cli("test", path.join(folder, "good/tests"), "--json");
    expect(failed.status).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      passed: false,
      results: [{ passed: true }, { passed: false, failures: [{ index: 0 }] }],
    });
    expect(cli("test", path.join(folder, "nowhere")).status).toBe(2);
    expect(cli().status).toBe(2);
  });
});
