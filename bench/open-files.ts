import { readFileSync } from "node:fs";

/**
 * Users whose objects may be awake together here: each awake object holds three open files in the local runtime, which stops
 * answering when there are no more to be had (docs/operations.md). The platform itself has no such limit.
 */
export const mostAwake = (): number => {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? 10_000 : Math.floor(Number(limit) / 4 / 100) * 100;
  } catch {
    return 10_000; // no /proc
  }
};
