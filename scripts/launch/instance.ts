import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { unstable_getMiniflareWorkerOptions as readWorkerOptions } from "wrangler";
import { bundleWorker } from "./bundle.ts";
import { forgetProcesses, noteProcesses } from "./leftovers.ts";
import { logLine } from "./log.ts";
import { migrate } from "./migrate.ts";
import { inRoot } from "./paths.ts";
import { startRuntime, type Runtime } from "./runtime.ts";
import type { Secrets } from "./secrets.ts";

export interface InstanceOptions {
  readonly state: string;
  readonly port: number;
  readonly secrets: Secrets;
  /** Further variables of the Worker. */
  readonly vars?: Readonly<Record<string, string>>;
}

export interface Instance {
  readonly url: string;
  /** Names of migrations that this start applied. */
  readonly migrated: readonly string[];
  /** Fires the Worker's cron trigger once. */
  readonly fire: (cron: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What wrangler.toml says, in Miniflare's words; only what is read here. */
interface Configured {
  readonly bindings?: Record<string, string>;
  readonly d1Databases?: Readonly<Record<string, { readonly id: string }>>;
}

const workerOptions = async (options: InstanceOptions) => {
  const bundle = await bundleWorker();
  const configured = readWorkerOptions(inRoot("wrangler.toml")).workerOptions as Configured; // typed loosely by wrangler
  const { SETUP_TOKEN, TERN_SECRET, TERN_SECRET_PREVIOUS } = options.secrets;
  return {
    ...configured,
    name: "tern",
    rootPath: bundle.folder,
    modules: [{ type: "ESModule" as const, path: bundle.main }],
    bindings: {
      ...configured.bindings,
      TERN_SECRET,
      ...(TERN_SECRET_PREVIOUS !== undefined && { TERN_SECRET_PREVIOUS }),
      SETUP_TOKEN,
      ALLOW_LOOPBACK: "true",
      HEALTHY_WHEN_SET_UP: "true",
      PUBLIC_URL: `http://127.0.0.1:${options.port}`,
      ...options.vars,
    },
  };
};

/** One binding per database: several bindings may share one locally. */
const distinctDatabases = (databases: Configured["d1Databases"]): readonly string[] => {
  const bindings = new Map<string, string>();
  for (const [binding, { id }] of Object.entries(databases ?? {})) {
    if (!bindings.has(id)) bindings.set(id, binding);
  }
  return [...bindings.values()];
};

const migrateAll = async (runtime: Runtime, databases: Configured["d1Databases"]): Promise<readonly string[]> => {
  const applied: string[] = [];
  for (const binding of distinctDatabases(databases)) applied.push(...(await migrate(await runtime.miniflare.getD1Database(binding))));
  return applied;
};

/** The runtime's processes: children of this one. */
const runtimeProcesses = (): readonly { pid: number; command: string }[] => {
  if (process.platform === "win32") return []; // no `ps`; there the runtime ends with its parent's job
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === process.pid && command?.includes("workerd serve") ? [{ pid: Number(pid), command: "workerd serve" }] : [];
  });
};

/** Starts the platform on a state folder: bundle, runtime, migrations, the sweep that a restart needs. Ready when it returns. */
export const startInstance = async (options: InstanceOptions): Promise<Instance> => {
  mkdirSync(options.state, { recursive: true });
  const worker = await workerOptions(options);
  const runtime = await startRuntime(worker, { port: options.port, persist: path.join(options.state, "v3") });
  noteProcesses(options.state, [{ pid: process.pid, command: "start.ts" }, ...runtimeProcesses()]);
  const migrated = await migrateAll(runtime, worker.d1Databases);
  const fire = async (cron: string): Promise<void> => {
    try {
      const answer = await fetch(`${runtime.url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`);
      if (!answer.ok) logLine("warn", `The sweep (cron ${cron}) answered ${answer.status}: ${await answer.text()}`);
    } catch (error) {
      logLine("warn", `The sweep (cron ${cron}) could not be fired: ${String(error)}`);
    }
  };
  const stop = async (): Promise<void> => {
    await runtime.stop();
    forgetProcesses(options.state);
  };
  return { url: runtime.url, migrated, fire, stop };
};
