// `npm run check`: the whole gate, each part to its end, so that one run shows everything that is wrong.
//   --no-tests  when the tests ran already      --fix  write what can be mended (format, lint)
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { inRoot } from "./launch/paths.ts";
import { quietEnv } from "./launch/quiet-env.ts";

const { values: flags } = parseArgs({
  options: { tests: { type: "boolean", default: true }, fix: { type: "boolean", default: false } },
  allowNegative: true,
});

const parts: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["format", "oxfmt", ...(flags.fix ? [] : ["--check"])],
  ["types", "tsc", "-b"],
  ["lint", "oxlint", ...(flags.fix ? ["--fix"] : [])],
  ["house rules", "node", "scripts/house-rules.ts"],
  ["dead code", "knip"],
  ...(flags.tests ? [["tests", "node", "scripts/test.ts"] as const] : []),
];

const failed: string[] = [];
for (const [name, command, ...args] of parts) {
  const startedAt = performance.now();
  const done = spawnSync(inRoot("node_modules/.bin", command), args, {
    cwd: inRoot(),
    env: quietEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const took = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${done.status === 0 ? "ok    " : "FAILED"} ${name} (${took} s)`);
  if (done.status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`The gate is not passed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}
