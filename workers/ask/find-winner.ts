import { bestOf } from "../../src/domain/message/best-variant.ts";
import type { AskWish } from "../../src/domain/user/state.ts";
import { decideWinner, readWinner, type VariantStep } from "../../src/storage/control/winners.ts";
import { readVariantCounts } from "../../src/storage/shard/variant-counts.ts";
import { BoundedMap } from "../bounded-map.ts";
import type { Env } from "../env.ts";

type WinnerWish = Extract<AskWish, { kind: "winner" }>;

/** "Nobody yet" holds this long; a winner for ever. Every message of the step asks, so the answer must cost little. */
const undecidedMs = 15_000;
const known = new BoundedMap<string, { readonly variant: string | undefined; readonly until: number }>(1_000);

/** Which variant of a send step has won, as far as the projections know: decided once, after `afterMs` since publish and `minimum` messages of each. */
export const findWinner = async (env: Env, workspace: string, wish: WinnerWish, now: number): Promise<string | undefined> => {
  const { journey, version, step } = wish;
  const name = JSON.stringify([workspace, journey, version, step]);
  const before = known.get(name);
  if (before !== undefined && before.until > now) return before.variant;
  const variant = await decide(env, { workspace, journey, version, step }, wish, now);
  known.set(name, { variant, until: variant === undefined ? now + undecidedMs : Number.POSITIVE_INFINITY });
  return variant;
};

const decide = async (env: Env, at: VariantStep, wish: WinnerWish, now: number): Promise<string | undefined> => {
  const { variant, publishedAt } = await readWinner(env.DB, at);
  if (variant !== null) return variant;
  if (publishedAt === null || now < publishedAt + wish.afterMs) return undefined;
  const best = bestOf(await readVariantCounts(env, at), wish);
  return best === undefined ? undefined : decideWinner(env.DB, at, { variant: best, now });
};
