import { readdirSync, readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

/** Milliseconds of processor time that the live processes of a group have used; 0 where there is no /proc. */
export const cpuMsOf = (processGroup: number): number =>
  sumOf(processGroup, (fields) => (Number(fields[11]) + Number(fields[12])) * tickMs);

/** Linux counts resident memory in pages. */
const pageBytes = 4_096;

/** Bytes of memory that the live processes of a group hold resident; 0 where there is no /proc. */
export const residentOf = (processGroup: number): number => sumOf(processGroup, (fields) => Number(fields[21]) * pageBytes);

const sumOf = (processGroup: number, figure: (fields: readonly string[]) => number): number => {
  let sum = 0;
  let names: readonly string[] = [];
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return 0;
  }
  for (const name of names) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the command's name before may hold spaces
      if (Number(fields[2]) === processGroup) sum += figure(fields);
    } catch {
      // ended meanwhile
    }
  }
  return sum;
};
