import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endLeftovers, noteFurther, noteProcesses } from "./leftovers.ts";

let state: string;
const groups: number[] = [];
/** No process any more: what a killed launcher leaves of itself. */
const gone = { pid: spawnSync(process.execPath, ["--version"]).pid, command: "start.ts" };

beforeEach(() => {
  state = mkdtempSync(path.join(tmpdir(), "tern-leftovers-"));
});
afterEach(() => {
  for (const pid of groups.splice(0)) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // ended already
    }
  }
  rmSync(state, { recursive: true, force: true });
});

/** A process group like the dashboard's: a leader that starts another process. Answers both ids. */
const startGroup = async (mark: string): Promise<{ readonly leader: number; readonly child: number }> => {
  const script = path.join(state, `${mark}.mjs`);
  writeFileSync(
    script,
    `import { spawn } from "node:child_process";
     if (process.argv[2] === "child") setInterval(() => undefined, 1000);
     else console.log(spawn(process.execPath, [process.argv[1], "child"], { stdio: "ignore" }).pid);
     setInterval(() => undefined, 1000);`,
  );
  const leader = spawn(process.execPath, [script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  if (leader.pid === undefined) throw new Error("expected a process");
  groups.push(leader.pid);
  const child = await new Promise<number>((resolve) => leader.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk.toString()))));
  return { leader: leader.pid, child };
};

/** Whether a process runs; one that ended and waits for its parent does not. */
const runs = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim());

describe.skipIf(process.platform === "win32")("what a killed launcher left behind", () => {
  it("is ended: single processes, and groups with all they started", async () => {
    const [runtime, dashboard] = [await startGroup("runtime"), await startGroup("dashboard")];
    noteProcesses(state, [gone, { pid: runtime.leader, command: "runtime.mjs" }]);
    noteFurther(state, [{ pid: dashboard.leader, command: "dashboard.mjs", group: true }]);
    await endLeftovers(state);
    expect([runtime.leader, dashboard.leader, dashboard.child].map(runs)).toEqual([false, false, false]);
    expect(runs(runtime.child)).toBe(true);
  });

  it("is ended too when the leader of its group is gone", async () => {
    const { leader, child } = await startGroup("dashboard");
    process.kill(leader, "SIGKILL");
    noteProcesses(state, [gone, { pid: leader, command: "dashboard.mjs child", group: true }]);
    await endLeftovers(state);
    expect(runs(child)).toBe(false);
  });

  it("whoever has one of its ids now is left alone", async () => {
    const other = await startGroup("other");
    noteProcesses(state, [gone, { pid: other.leader, command: "workerd serve" }]);
    noteFurther(state, [{ pid: other.leader, command: "pages dev", group: true }]);
    await endLeftovers(state);
    expect([other.leader, other.child].map(runs)).toEqual([true, true]);
  });

  it("nothing is ended while the launcher runs", async () => {
    const [launcher, runtime] = [await startGroup("start"), await startGroup("runtime")];
    noteProcesses(state, [
      { pid: launcher.leader, command: "start.mjs" },
      { pid: runtime.leader, command: "runtime.mjs" },
    ]);
    await expect(endLeftovers(state)).rejects.toThrow("already runs");
    expect(runs(runtime.leader)).toBe(true);
  });
});
