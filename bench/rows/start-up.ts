import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { bundleWorker } from "../../scripts/launch/bundle.ts";
import { inRoot } from "../../scripts/launch/paths.ts";
import { runTool } from "../../scripts/launch/run-tool.ts";
import { isHeavy, modulesAtStart, type Metafile } from "../bundle-graph.ts";
import type { Result, Row } from "../row.ts";

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
  readonly samples: readonly number[];
  /** µs since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Milliseconds in which the profile's script was not idle. */
const activeMs = (profile: CpuProfile): number => {
  const idle = new Set(profile.nodes.filter((node) => node.callFrame.functionName === "(idle)").map((node) => node.id));
  return profile.samples.reduce((sum, id, index) => (idle.has(id) ? sum : sum + (profile.timeDeltas[index] ?? 0)), 0) / 1000;
};

const profileOnce = async (): Promise<number> => {
  const folder = mkdtempSync(path.join(tmpdir(), "tern-start-up-"));
  const file = path.join(folder, "startup.cpuprofile");
  await runTool("wrangler", ["check", "startup", "--outfile", file]);
  const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile; // the format of V8's profiler
  rmSync(folder, { recursive: true });
  return activeMs(profile);
};

const startUp = async (): Promise<Result> => {
  const runs: number[] = [];
  for (let run = 0; run < 3; run++) runs.push(await profileOnce());
  const best = Math.min(...runs);
  return {
    label: "Start-up of the Worker (wrangler check startup, best of 3)",
    value: `${best.toFixed(0)} ms active`,
    target: "<= 60 ms",
    met: best <= 60,
    data: { runs },
  };
};

const size = async (): Promise<readonly Result[]> => {
  const bundle = await bundleWorker();
  const code = readFileSync(bundle.main);
  const metafile = JSON.parse(readFileSync(bundle.metafile, "utf8")) as Metafile; // esbuild's
  const early = modulesAtStart(metafile, inRoot("workers/main.ts"));
  const heavy = early.filter(isHeavy);
  const bytesAtStart = early.reduce((sum, module) => sum + module.bytes, 0);
  return [
    {
      label: "Bundle",
      value: `${Math.round(statSync(bundle.main).size / 1024)} KiB, ${Math.round(gzipSync(code).length / 1024)} KiB gzip; evaluated at start: ${Math.round(bytesAtStart / 1024)} KiB`,
      data: { bytes: code.length, bytesAtStart },
    },
    {
      label: "MJML, OpenAPI and sign-in at start",
      value: heavy.length === 0 ? "not evaluated" : `evaluated: ${heavy.map((module) => module.name).join(", ")}`,
      target: "none",
      met: heavy.length === 0,
    },
  ];
};

/** What an isolate does before it takes its first event. */
export const startUpRow: Row = { name: "start-up", run: async () => [await startUp(), ...(await size())] };
