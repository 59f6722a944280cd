import { makeMove } from "./make-move.ts";
import type { Move } from "./moves.ts";
import { play } from "./play.ts";
import { nextRound, playRound } from "./schedules.ts";
import type { Stage } from "./stage.ts";
import type { SimulatedUser, World } from "./world.ts";

/** Makes moves in their order, and between them every timer of every user at its own instant, up to `until`. */
export const playMoves = (stage: Stage, moves: readonly Move[], until: number): void => {
  const { world } = stage;
  for (const move of moves) {
    // What is due at the very instant of a move comes with it: `decide` puts both in order, as in the object.
    runTimers(stage, move.at - 1);
    world.now = move.at;
    makeMove(stage, move);
  }
  runTimers(stage, until);
  world.now = until;
};

const runTimers = (stage: Stage, upTo: number): void => {
  const { world, outside } = stage;
  for (;;) {
    const timer = earliest(world);
    const round = nextRound(stage);
    // At one instant users' own timers come first: who joins a segment just then is in it when its schedule asks.
    const isRound = round !== undefined && (timer === undefined || round.at < timer.at);
    const at = isRound ? round.at : timer?.at;
    if (at === undefined || at > upTo) return;
    world.now = Math.max(world.now, at);
    if (isRound) playRound(stage, round);
    else if (timer !== undefined) play(world, outside, timer.user, { type: "tick" });
  }
};

const earliest = (world: World): { readonly user: SimulatedUser; readonly at: number } | undefined => {
  let found: { readonly user: SimulatedUser; readonly at: number } | undefined;
  for (const user of world.users.values())
    if (user.due !== undefined && (found === undefined || user.due < found.at)) found = { user, at: user.due };
  return found;
};
