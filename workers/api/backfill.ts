import { type BackfillProgress, type BackfillRequest, backfillName } from "../backfill-object.ts";
import type { Env } from "../env.ts";

/** The change that made a backfill necessary: it names the backfill, so that asking for it twice starts one. */
export interface BackfillCause {
  readonly workspace: string;
  readonly kind: "segment" | "journey" | "publish" | "move" | "workspace";
  readonly key: string;
  /** Tells one change of the same thing from the next: a catalog version, or the version of the journey that was published. */
  readonly version: number;
}

/**
 * Has every user brought up to the catalog in the background: memberships after a segment changed, runs after a journey was
 * paused, resumed, stopped or deleted (sleeping objects learn of it), and, with `enter`, the present members of a journey's
 * segment taken in.
 */
export const startBackfill = async (env: Env, cause: BackfillCause, request: BackfillRequest): Promise<void> => {
  await objectOf(env, cause).start(request);
};

export const backfillProgress = (env: Env, cause: BackfillCause): Promise<BackfillProgress> => objectOf(env, cause).progress();

const objectOf = (env: Env, { workspace, kind, key, version }: BackfillCause) =>
  env.BACKFILLS.getByName(backfillName(workspace, kind, key, version));
