import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { writePrivate } from "./write-private.ts";

/** A process that belongs to an instance, and a part of its command line that tells it from whoever has its id later. */
interface Started {
  readonly pid: number;
  readonly command: string;
  /** `pid` is a process group's: it lives as long as any of its processes has `command`, and is ended whole. */
  readonly group?: true;
}

const file = (state: string): string => path.join(state, "processes.json");

/** All processes: id, group and command line. */
const processes = (): readonly { readonly pid: number; readonly group: number; readonly command: string }[] => {
  try {
    const text = execFileSync("ps", ["-A", "-o", "pid=,pgid=,command="], { encoding: "utf8", maxBuffer: 1 << 26 });
    return text.split("\n").flatMap((line) => {
      const [, pid, group, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), group: Number(group), command }];
    });
  } catch {
    return []; // no `ps` (Windows): nothing that we dare to end
  }
};

/** Those of the started that run: what has an id now, but another command line, is somebody else's. */
const alive = (started: readonly Started[]): readonly Started[] => {
  const running = processes();
  return started.filter(({ pid, command, group }) =>
    running.some((process) => (group === true ? process.group : process.pid) === pid && process.command.includes(command)),
  );
};

const end = ({ pid, group }: Started): void => {
  try {
    process.kill(group === true ? -pid : pid, "SIGKILL");
  } catch {
    // gone meanwhile
  }
};

const noted = (state: string): readonly Started[] =>
  existsSync(file(state)) ? (JSON.parse(readFileSync(file(state), "utf8")) as readonly Started[]) : []; // written by noteProcesses

/** Notes the processes of the instance that runs on this state, its launcher first. */
export const noteProcesses = (state: string, started: readonly Started[]): void => writePrivate(file(state), started);

/** Notes processes that joined them. */
export const noteFurther = (state: string, started: readonly Started[]): void => writePrivate(file(state), [...noted(state), ...started]);

/** Forgets them after an orderly stop. */
export const forgetProcesses = (state: string): void => rmSync(file(state), { force: true });

/**
 * Ends what an instance on this state left behind when its launcher was killed (`kill -9` leaves the runtime and
 * the dashboard's server alive, holding ports and databases).
 * @throws Error when the launcher itself still runs: two instances on one state would corrupt each other
 */
export const endLeftovers = async (state: string): Promise<void> => {
  const [launcher, ...rest] = noted(state);
  if (launcher === undefined) return;
  if (launcher.pid !== process.pid && alive([launcher]).length > 0) {
    throw new Error(`Tern already runs on ${state} (process ${launcher.pid}). Stop it first, or set TERN_STATE to another folder.`);
  }
  const left = alive(rest);
  left.forEach(end);
  for (let tries = 0; alive(left).length > 0 && tries < 50; tries++) await setTimeout(50); // until their ports and files are free
  forgetProcesses(state);
};
