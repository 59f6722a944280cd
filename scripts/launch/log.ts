import { stripVTControlCharacters } from "node:util";

const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** From this level on the Worker's own lines are shown: TERN_LOG=debug shows all. */
const threshold = levels.indexOf((process.env["TERN_LOG"] as Level | undefined) ?? "warn");

/** Prints one line of the running platform, with its time, when it matters. */
export const logLine = (level: Level, text: string): void => {
  if (levels.indexOf(level) < Math.max(threshold, 0)) return;
  const line = stripVTControlCharacters(text).trimEnd();
  if (line === "") return;
  const time = new Date(Date.now()).toISOString().slice(11, 19);
  process.stderr.write(`${time} ${level === "warn" || level === "error" ? `${level}: ` : ""}${line}\n`);
};
