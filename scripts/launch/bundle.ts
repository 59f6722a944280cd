import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { inRoot } from "./paths.ts";
import { runTool } from "./run-tool.ts";
import { sourcesHash } from "./sources-hash.ts";

/** Other bundles are kept this long: another instance may be about to read one. */
const keepMs = 3_600_000;

const dropOld = (folder: string, keep: string): void => {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (name !== keep && Date.now() - statSync(file).mtimeMs > keepMs) rmSync(file, { recursive: true, force: true });
  }
};

export interface Bundle {
  /** Folder with main.js, main.js.map and bundle-meta.json (esbuild's metafile). */
  readonly folder: string;
  readonly main: string;
  readonly metafile: string;
}

/**
 * The Worker as it would be deployed, bundled by `wrangler deploy --dry-run`, or the bundle of an earlier start when no
 * source changed. Written beside and renamed, so that instances that start together never read half of one.
 */
export const bundleWorker = async (): Promise<Bundle> => {
  const hash = sourcesHash("src", "workers", "wrangler.toml", "package-lock.json");
  const all = inRoot("dist/worker");
  const folder = path.join(all, hash);
  if (!existsSync(path.join(folder, "main.js"))) {
    const draft = path.join(all, `${hash}.${process.pid}`);
    mkdirSync(draft, { recursive: true });
    await runTool("wrangler", ["deploy", "--dry-run", "--outdir", draft, "--metafile", path.join(draft, "bundle-meta.json")]);
    if (existsSync(folder)) rmSync(draft, { recursive: true });
    else renameSync(draft, folder);
    dropOld(all, hash);
  }
  return { folder, main: path.join(folder, "main.js"), metafile: path.join(folder, "bundle-meta.json") };
};
