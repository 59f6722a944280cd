// Serves the no-op Worker as the launcher serves Tern: bundled by wrangler, run by Miniflare. Prints its address.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inRoot } from "../../scripts/launch/paths.ts";
import { freePort } from "../../scripts/launch/ports.ts";
import { runTool } from "../../scripts/launch/run-tool.ts";
import { startRuntime } from "../../scripts/launch/runtime.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tern-no-op-"));
await runTool("wrangler", ["deploy", "--dry-run", "--outdir", folder], inRoot("bench/no-op"));
const { unstable_getMiniflareWorkerOptions: readWorkerOptions } = await import("wrangler");
const configured = readWorkerOptions(inRoot("bench/no-op/wrangler.toml")).workerOptions as Record<string, unknown>; // typed loosely by wrangler
const runtime = await startRuntime(
  { ...configured, name: "no-op", rootPath: folder, modules: [{ type: "ESModule", path: path.join(folder, "worker.js") }] },
  { port: await freePort() },
);
process.on("SIGTERM", () => void runtime.stop().then(() => process.exit(0)));
process.stdout.write(`${runtime.url}\n`);
