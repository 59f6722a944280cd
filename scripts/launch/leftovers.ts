import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { writePrivate } from "./write-private.ts";

/** A process that belongs to an instance, and a part of its command line that tells it from whoever has its id later. */
interface Started {
  readonly pid: number;
  readonly command: string;
}

const file = (state: string): string => path.join(state, "processes.json");

const commandOf = (pid: number): string => {
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return ""; // no such process, or no `ps` (Windows): nothing that we dare to end
  }
};

const isAlive = (started: Started): boolean => commandOf(started.pid).includes(started.command);

/** Notes the processes of the instance that runs on this state. */
export const noteProcesses = (state: string, processes: readonly Started[]): void => writePrivate(file(state), processes);

/** Forgets them after an orderly stop. */
export const forgetProcesses = (state: string): void => rmSync(file(state), { force: true });

/**
 * Ends what an instance on this state left behind when its launcher was killed (`kill -9` leaves the runtime alive,
 * holding port and databases).
 * @throws Error when the launcher itself still runs: two instances on one state would corrupt each other
 */
export const endLeftovers = async (state: string): Promise<void> => {
  if (!existsSync(file(state))) return;
  const [launcher, ...rest] = JSON.parse(readFileSync(file(state), "utf8")) as readonly Started[]; // written above
  if (launcher !== undefined && launcher.pid !== process.pid && isAlive(launcher)) {
    throw new Error(`Tern already runs on ${state} (process ${launcher.pid}). Stop it first, or set TERN_STATE to another folder.`);
  }
  const alive = rest.filter(isAlive);
  for (const { pid } of alive) process.kill(pid, "SIGKILL");
  for (let tries = 0; alive.some(isAlive) && tries < 50; tries++) await setTimeout(50); // until its port and files are free
  forgetProcesses(state);
};
