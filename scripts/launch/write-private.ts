import { renameSync, writeFileSync } from "node:fs";

/** Writes JSON that only its owner may read, whole or not at all. */
export const writePrivate = (file: string, value: unknown): void => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
};
