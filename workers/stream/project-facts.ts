import type { NumberedFacts } from "../../src/domain/user/facts.ts";
import { projectFacts as project } from "../../src/storage/shard/project.ts";
import type { Env } from "../env.ts";
import { feedFacts } from "./feed-streams.ts";

/**
 * Tells streams of facts, then projects them. In this order: a fact that is projected is confirmed to its object, which then
 * never tells of it again. Idempotent; rejects when any of it failed.
 */
export const projectFacts = async (env: Env, facts: readonly NumberedFacts[]): Promise<void> => {
  await feedFacts(env, facts);
  await project(env, facts);
};
