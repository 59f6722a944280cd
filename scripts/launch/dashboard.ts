import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { noteFurther } from "./leftovers.ts";
import { logLine } from "./log.ts";
import { inRoot } from "./paths.ts";
import { freePort } from "./ports.ts";
import { quietEnv } from "./quiet-env.ts";
import { runTool } from "./run-tool.ts";
import { sourcesHash } from "./sources-hash.ts";

const dashboard = inRoot("dashboard");
const output = inRoot("dashboard/dist");
const stamp = inRoot("dashboard/dist/.sources");

/** Builds the dashboard's static files when a source changed since they were built. Returns whether it did. */
export const buildDashboard = async (): Promise<boolean> => {
  const hash = sourcesHash("dashboard", "src/domain", "src/api", "src/channels", "package-lock.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;
  await runTool("vite", ["build", "--logLevel", "warn"], dashboard);
  writeFileSync(stamp, hash);
  return true;
};

export interface Dashboard {
  readonly url: string;
  readonly process: ChildProcess;
  readonly stop: () => Promise<void>;
}

/** Lines of `wrangler pages dev` that a person at the terminal needs. */
const matters = (line: string): boolean => /error|failed|EADDRINUSE/i.test(line);

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve())));

/** Ends a process group: politely first, then not. */
const endGroup = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null) return;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(process.platform === "win32" ? (child.pid ?? 0) : -(child.pid ?? 0), signal);
    } catch {
      // gone already
    }
  };
  send("SIGTERM");
  const hard = setTimeout(() => send("SIGKILL"), 3000);
  await ended(child);
  clearTimeout(hard);
  send("SIGKILL"); // whatever of the group outlived its leader
};

/** Notes the server's group by what its processes are called: wrangler's by their arguments, its runtime's by the port. */
const noteGroup = (state: string, child: ChildProcess, port: number): void => {
  if (child.pid === undefined || process.platform === "win32") return;
  const commands = [`pages dev ${output} --ip 127.0.0.1 --port ${port}`, `entry=127.0.0.1:${port}`];
  const { pid } = child;
  noteFurther(
    state,
    commands.map((command) => ({ pid, command, group: true as const })),
  );
};

export interface DashboardOptions {
  readonly port: number;
  /** Of the Worker. */
  readonly apiUrl: string;
  /** The instance's state folder. */
  readonly state: string;
}

/** Serves dashboard/dist as Pages would, with the Pages Function that passes /api to the Worker at `apiUrl`. */
export const serveDashboard = async ({ port, apiUrl, state }: DashboardOptions): Promise<Dashboard> => {
  const args = ["pages", "dev", output, "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", String(await freePort())];
  args.push("--binding", `API_URL=${apiUrl}`, "--show-interactive-dev-session=false", "--log-level", "warn");
  const child = spawn(inRoot("node_modules/.bin/wrangler"), args, {
    cwd: dashboard,
    env: quietEnv(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32", // a group of its own: wrangler starts further processes
    shell: process.platform === "win32",
  });
  noteGroup(state, child, port);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      for (const line of chunk.toString().split("\n")) logLine(matters(line) ? "warn" : "debug", line);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error("The dashboard's server ended before it answered.");
    try {
      if ((await fetch(url)).status < 500) return { url, process: child, stop: () => endGroup(child) };
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await endGroup(child);
  throw new Error("The dashboard's server did not answer within 30 s.");
};
