import type { Decision } from "../domain/user/decide.ts";
import { handOver } from "../domain/user/merge.ts";
import { MemoryHistory } from "../domain/user/memory-history.ts";
import type { Stimulus } from "../domain/user/stimulus.ts";
import type { AskWish } from "../domain/user/state.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import { answerTo, type Answers } from "./answers.ts";
import { winnerOf } from "./variants.ts";
import { courseOf, outcomeOf, reportOf, type Word } from "./words.ts";
import { claimMessage, ownerOf, stimulate, userAt, type SimulatedUser, type World } from "./world.ts";

/** What plays the outside: providers, customers' endpoints, limits that all users share. */
export interface Outside {
  readonly words: readonly Word[];
  readonly answers: Answers;
  /** Newest message sent of each step: by user, then "journey|step". */
  readonly sent: {
    readonly user: SimulatedUser;
    readonly message: string;
    readonly journey: string;
    readonly step: string;
    readonly attempt: number;
  }[];
}

/**
 * Lets a stimulus reach a user, and lets everything that follows from it outside happen at the same instant: hand-overs,
 * answers to questions, claims, sending. What that brings back is a stimulus again, until nothing follows.
 */
export const play = (world: World, outside: Outside, user: SimulatedUser, stimulus: Stimulus): void => {
  const pending: (() => void)[] = [];
  const follow = (owner: SimulatedUser, decision: Decision): void => {
    for (const { merge, from } of decision.merges) pending.push(() => takeOver(world, { merge, from, user: owner, follow }));
    for (const ask of decision.asks)
      pending.push(() => {
        const answer = answerTo(outside.answers, { now: world.now, ask, user: owner.key, winner: (wish) => findWinner(world, wish) });
        follow(owner, stimulate(world, owner, { type: "answered", ask: ask.id, answer }));
      });
    for (const { message } of decision.deliver) pending.push(() => send(world, outside, { user: owner, message, follow }));
  };
  follow(user, stimulate(world, user, stimulus));
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) next();
};

const findWinner = (world: World, wish: Extract<AskWish, { readonly kind: "winner" }>): string | undefined =>
  winnerOf(world.variants, wish, { now: world.now, publishedAt: world.publishedAt.get(`${wish.journey}@${wish.version}`) ?? world.start });

type Follow = (user: SimulatedUser, decision: Decision) => void;

/** The merge protocol, in one instant: the source stops and points at the target, which takes its past in. */
const takeOver = (
  world: World,
  { merge, from, user, follow }: { readonly merge: string; readonly from: UserKey; readonly user: SimulatedUser; readonly follow: Follow },
): void => {
  const source = userAt(world, from);
  const wasElsewhere = source.state.meta.movedTo !== undefined;
  stimulate(world, source, { type: "freeze", merge, target: user.key });
  const events = wasElsewhere ? [] : source.history.all();
  const decision = stimulate(world, user, {
    type: "import",
    merge,
    from,
    // The history of one that became another user before went there: only the pointer moved.
    profile: wasElsewhere ? user.state.profile : source.state.profile,
    events,
    ...(!wasElsewhere && { carried: handOver(source.state, source.history) }),
  });
  if (!wasElsewhere) source.history = new MemoryHistory();
  follow(user, decision);
};

/** Claim, the provider's answer, and what it reports after. */
const send = (
  world: World,
  outside: Outside,
  { user: asked, message, follow }: { readonly user: SimulatedUser; readonly message: string; readonly follow: Follow },
): void => {
  // It may have gone to another user since, together with its run.
  const user = ownerOf(world, asked.key);
  const decision = claimMessage(world, user, message);
  follow(user, decision);
  if (decision.claim.kind !== "send") return;
  const { message: claimed, attempt } = decision.claim;
  const course = courseOf(outside.words, claimed, asked.key, world.now);
  if (claimed.run !== undefined)
    outside.sent.push({ user, message: claimed.id, journey: claimed.run.journey, step: claimed.run.step, attempt });
  if (course.outcome !== undefined)
    follow(user, stimulate(world, user, { type: "settled", message: claimed.id, attempt, outcome: course.outcome }));
  for (const report of course.reports) follow(user, stimulate(world, user, { type: "reported", message: claimed.id, ...report }));
};

/** A `message-status` item's instant has come. */
export const say = (world: World, outside: Outside, word: Word): void => {
  if (word.done === true) return;
  const user = ownerOf(world, word.user);
  const about = outside.sent.findLast(
    (sent) =>
      (word.message === undefined || sent.message === word.message) &&
      sent.step === word.step &&
      ownerOf(world, sent.user.key) === user &&
      (word.journey === undefined || sent.journey === word.journey),
  );
  if (about === undefined) {
    word.waits = true;
    return;
  }
  word.done = true;
  const outcome = outcomeOf(word);
  if (outcome !== undefined) play(world, outside, user, { type: "settled", message: about.message, attempt: about.attempt, outcome });
  play(world, outside, user, { type: "reported", message: about.message, ...reportOf(word) });
};
