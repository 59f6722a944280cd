import type { EventRules } from "../src/api/ingest/event-rules.ts";
import { readEventRules } from "../src/storage/control/event-rules.ts";
import { BoundedMap } from "./bounded-map.ts";
import type { Env } from "./env.ts";

/** A changed rule counts at most this much later on an isolate that saw the old one. */
const knownForMs = 30_000;

const byWorkspace = new BoundedMap<string, { readonly rules: EventRules; readonly until: number }>(5_000);

/** The rules that a workspace's events are held against, as of at most 30 s ago. Where they cannot be read, the last ones known, or none: events are not lost for want of rules. */
export const eventRulesOf = async (env: Pick<Env, "DB">, workspace: string, now: number = Date.now()): Promise<EventRules> => {
  const known = byWorkspace.get(workspace);
  if (known !== undefined && known.until > now) return known.rules;
  try {
    const rules = await readEventRules(env.DB, workspace);
    byWorkspace.set(workspace, { rules, until: now + knownForMs });
    return rules;
  } catch (error) {
    console.warn(`event rules could not be read: ${String(error)}`);
    return known?.rules ?? new Map();
  }
};

/** Reads the rules anew with the next event: for the call that changed one. */
export const forgetEventRules = (workspace: string): void => byWorkspace.delete(workspace);
