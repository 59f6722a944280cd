import { readFileSync } from "node:fs";
import { inRoot } from "./paths.ts";

const valuesOf = (pattern: RegExp): readonly string[] => [
  ...new Set([...readFileSync(inRoot("wrangler.toml"), "utf8").matchAll(pattern)].flatMap((match) => match[1] ?? [])),
];

/** Names of the databases in wrangler.toml, each once. */
export const configuredDatabases = (): readonly string[] => valuesOf(/^database_name = "([^"]+)"$/gm);

/** Names of the queues in wrangler.toml that something is sent to, each once. */
export const configuredQueues = (): readonly string[] => valuesOf(/^queue = "([^"]+)"$/gm);
