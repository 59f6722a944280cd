import type { PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import type { Env } from "../env.ts";
import { scheduleName } from "../schedule-object.ts";

/** Has a journey's schedule look at what is published of it now; nothing for journeys that have, and had, another trigger. */
export const armSchedule = async (
  env: Env,
  workspace: string,
  journey: { readonly key: string; readonly versions: readonly (PublishedJourney | undefined)[] },
): Promise<void> => {
  if (!journey.versions.some((published) => published?.definition.trigger.type === "schedule")) return;
  await env.SCHEDULES.getByName(scheduleName(workspace, journey.key)).arm();
};
