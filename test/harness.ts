import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { apiClient, type ApiClient } from "../scripts/launch/api-client.ts";
import { readLocal, type Local } from "../scripts/launch/local.ts";
import { inRoot } from "../scripts/launch/paths.ts";
import { freePort } from "../scripts/launch/ports.ts";

/** A whole instance of the platform, as `npm start` runs it (without the dashboard), for tests over real HTTP. */
export interface Tern extends Local {
  readonly state: string;
  /** The management API with the instance's own key. */
  readonly api: ApiClient;
  /** POST of a tracking call ("track", "batch", …) with the write key; the answer's status and JSON. */
  readonly track: (call: string, body: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** Id of the process group of launcher and runtime. */
  readonly processGroup: () => number;
  /** SIGKILL of every process of the instance, at once. */
  readonly kill: () => Promise<void>;
  /** Orderly stop; a state folder made by startTern is removed. */
  readonly stop: () => Promise<void>;
  /** Starts it again on the same state and port, after kill or stop. */
  readonly restart: () => Promise<void>;
}

export interface TernOptions {
  /** State folder to use and keep; a fresh one otherwise. */
  readonly state?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seeds the example shop too. */
  readonly example?: boolean;
}

/** A pile of work that fell due while it was stopped may keep a restarted instance busy for a while. */
const startLimitMs = 180_000;

const exitOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve())));

/** Signals the instance's process group: launcher and runtime. */
const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // gone already
  }
};

const launch = (state: string, port: number, options: TernOptions): Promise<ChildProcess> => {
  const flags = ["--no-dashboard", ...(options.example === true ? [] : ["--no-example"])];
  const child = spawn(inRoot("node_modules/node/bin/node"), [inRoot("scripts/start.ts"), ...flags], {
    cwd: inRoot(),
    env: { ...process.env, ...options.env, PORT: String(port), TERN_STATE: state },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // its own process group, so that all of it can be killed at once
  });
  const atExit = (): void => signalGroup(child, "SIGKILL");
  process.once("exit", atExit);
  child.once("exit", () => process.off("exit", atExit));
  let output = "";
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`Not ready within ${startLimitMs} ms:\n${output}`)), startLimitMs);
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes("Tern is ready")) return;
      clearTimeout(limit);
      resolve(child);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", (chunk: Buffer) => {
      take(chunk);
      if (process.env["TERN_LOG"] !== undefined) process.stderr.write(chunk);
    });
    child.once("exit", (code) => {
      clearTimeout(limit);
      reject(new Error(`Ended with ${code} before it was ready:\n${output}`));
    });
  });
};

/** Starts an instance on a free port. */
export const startTern = async (options: TernOptions = {}): Promise<Tern> => {
  const state = options.state ?? mkdtempSync(path.join(tmpdir(), "tern-test-"));
  const port = await freePort();
  let child = await launch(state, port, options);
  const local = readLocal(state);
  if (local === undefined) throw new Error("ready, but without a local.json");
  const basic = `Basic ${Buffer.from(`${local.writeKey}:`).toString("base64")}`;
  return {
    ...local,
    state,
    api: apiClient(local.url, local.apiKey),
    track: async (call, body) => {
      const headers = { "content-type": "application/json", authorization: basic };
      const answer = await fetch(`${local.url}/v1/${call}`, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
    processGroup: () => child.pid ?? 0,
    kill: async () => {
      signalGroup(child, "SIGKILL");
      await exitOf(child);
    },
    stop: async () => {
      signalGroup(child, "SIGTERM");
      const hard = setTimeout(() => signalGroup(child, "SIGKILL"), 5000);
      await exitOf(child);
      clearTimeout(hard);
      signalGroup(child, "SIGKILL"); // whatever of it outlived the launcher
      if (options.state === undefined) rmSync(state, { recursive: true, force: true, maxRetries: 5 });
    },
    restart: async () => {
      child = await launch(state, port, options);
    },
  };
};

/**
 * Asks until the answer is neither undefined nor false.
 * @throws Error with the last error or answer when `timeoutMs` (default 10 s) are over
 */
export const waitFor = async <T>(ask: () => T | undefined | false | Promise<T | undefined | false>, timeoutMs = 10_000): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`Did not happen within ${timeoutMs} ms; last: ${String(last)}`);
    await sleep(25);
  }
};
