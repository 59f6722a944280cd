import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { inRoot } from "./paths.ts";
import { quietEnv } from "./quiet-env.ts";

const resultsFile = inRoot("dist/test-results.json");

/** What the last run counted, in one plain line; a run that broke before it ran a test counts as one failure. */
export const closingLine = (): string => {
  let report: Record<string, unknown> = {};
  try {
    report = JSON.parse(readFileSync(resultsFile, "utf8")) as Record<string, unknown>; // vitest's JSON reporter
  } catch {
    // no run, or one that ended before its report: counted as a failure below
  }
  const count = (name: string): number => Number(report[name] ?? 0);
  const failed = count("numFailedTests") || (report["success"] === true ? 0 : 1);
  const skipped = count("numPendingTests") + count("numTodoTests");
  return `${count("numPassedTests")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
};

/** Runs vitest once with the arguments given; its exit code. `closingLine` tells what it counted. */
export const runVitest = (args: readonly string[]): Promise<number> => {
  mkdirSync(inRoot("dist"), { recursive: true });
  rmSync(resultsFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${resultsFile}`];
  const child = spawn(process.execPath, [inRoot("node_modules/vitest/vitest.mjs"), "run", ...reporters, ...args], {
    cwd: inRoot(),
    env: quietEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
};
