// `npm run bench`: the whole table. `npm run bench -- --only journeys,latency` some rows; `--scale 0.1` to try it out.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { inRoot } from "../scripts/launch/paths.ts";
import { startTern, type Tern } from "../test/harness.ts";
import { startSink, type Sink } from "../test/sink.ts";
import { drive } from "./driver.ts";
import type { Bench, Result } from "./row.ts";
import * as rows from "./rows/all.ts";

const { values: flags } = parseArgs({
  options: { only: { type: "string" }, scale: { type: "string", default: "1" }, json: { type: "boolean", default: false } },
});
const scale = Number(flags.scale);
const wanted = flags.only?.split(",");

const startNoOp = (): Promise<{ readonly url: string; readonly stop: () => void }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inRoot("bench/no-op/serve.ts")], { cwd: inRoot(), stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.once("data", (chunk: Buffer) => resolve({ url: chunk.toString().trim(), stop: () => child.kill("SIGTERM") }));
    child.once("exit", (code) => reject(new Error(`the no-op Worker ended with ${code}`)));
  });

const noOp = await startNoOp();
const noOpBody = JSON.stringify({ userId: "user-1", event: "Product Viewed", properties: { sku: "tern-mug", price: 14.5 } });
const measureNoOp = async (): Promise<number> => {
  const call = { method: "POST", path: "/v1/track", headers: { "content-type": "application/json" }, body: noOpBody } as const;
  return (await drive({ url: noOp.url, connections: 32, durationMs: 3000 * Math.max(scale, 0.3), call: () => call })).perSecond;
};

let instances: Tern[] = [];
let sinks: Sink[] = [];
const stopAll = async (): Promise<void> => {
  await Promise.allSettled([...instances.map((tern) => tern.stop()), ...sinks.map((sink) => sink.close())]);
  [instances, sinks] = [[], []];
};

const bench: Bench = {
  scale,
  say: (text) => void process.stderr.write(`${text}\n`),
  start: async (options) => {
    await stopAll(); // one instance at a time: two would share the cores
    const tern = await startTern(options);
    instances.push(tern);
    return tern;
  },
  sink: async (answer) => {
    const sink = await startSink(answer);
    sinks.push(sink);
    return sink;
  },
  besideNoOp: async (measure) => {
    const before = await measureNoOp();
    const measured = await measure();
    return { measured, noOpPerSecond: (before + (await measureNoOp())) / 2 };
  },
};

const line = (result: Result): string => {
  const mark = result.met === undefined ? " " : result.met ? "+" : "-";
  const ratio = result.ratio === undefined ? "" : result.ratio.toFixed(result.ratio < 1 ? 3 : 2);
  return `${mark} ${ratio.padStart(7)}  ${result.label}\n           ${result.value}${result.target === undefined ? "" : `   [${result.target}]`}`;
};

const results: Result[] = [];
let failed = false;
await measureNoOp(); // warm
for (const row of Object.values(rows)) {
  if (wanted !== undefined && !wanted.includes(row.name)) continue;
  bench.say(`… ${row.name}`);
  try {
    for (const result of await row.run(bench)) {
      results.push(result);
      console.log(line(result));
    }
  } catch (error) {
    failed = true;
    console.log(`!          ${row.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  await stopAll();
}
const noOpPerSecond = await measureNoOp();
noOp.stop();
console.log(
  `\nThe first number of a line is its ratio to the no-op handler (${Math.round(noOpPerSecond).toLocaleString("en")} requests/s in this run).`,
);
console.log(`+ target met, - target missed. ${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}.`);
if (flags.json) {
  mkdirSync(inRoot("bench/results"), { recursive: true });
  writeFileSync(inRoot("bench/results/latest.json"), `${JSON.stringify({ noOpPerSecond, scale, results }, undefined, 2)}\n`);
}
process.exit(failed ? 1 : 0);
