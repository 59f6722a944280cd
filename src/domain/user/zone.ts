import type { Json } from "../json.ts";
import { isZone } from "../schedule/calendar.ts";
import type { Profile } from "./state.ts";

/** The user's IANA zone: attribute `timezone`, then the newest call's context.timezone, then the workspace's, then UTC. Source: docs/semantics.md. */
export const zoneOf = (profile: Profile, workspaceZone: string): string => {
  const candidates: readonly (Json | undefined)[] = [profile.attributes["timezone"]?.value, profile.timezone?.value, workspaceZone];
  for (const candidate of candidates) if (typeof candidate === "string" && isZone(candidate)) return candidate;
  return "UTC";
};
