import type { FactsMessage } from "../../src/api/queue.ts";
import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import { decide } from "../../src/domain/user/decide.ts";
import { wantedMerges } from "../../src/domain/user/identity.ts";
import type { NumberedFacts } from "../../src/domain/user/facts.ts";
import { projectedUpTo } from "../../src/storage/shard/project.ts";
import { shardOf } from "../../src/storage/shard/shards.ts";
import { liveVersion } from "../catalog-cache.ts";
import { confirmedFor } from "../confirmed.ts";
import type { Env } from "../env.ts";
import { sendFollowUps } from "../follow-up.ts";
import { projectFacts } from "../stream/project-facts.ts";
import { userObject } from "../user-stub.ts";
import { acknowledge, handoverOf, takeIn } from "./merging.ts";
import type { Pruning } from "./pruning.ts";
import type { Identity, UserSession } from "./session.ts";

/** Facts that a caller took are asked after, and a frozen source asks its target, this much later. */
export const factsRetryMs = 60_000;
/** A source that takes in users itself is asked again within this; by chance, so that two who ask each other do not keep step. */
const busyMs = 2_000;
/** Where more facts wait than one message takes, the next go this much later. */
const backlogMs = 5_000;
/** How old the pointer to the live catalog may be for an alarm. */
export const catalogMaxAgeMs = 5_000;
/** A queue message holds 128 KB; characters may take three bytes. */
const factsCharacters = 40_000;

/** Pause after the n-th failed alarm in a row: 1 s doubling to 10 minutes. */
export const backOffMs = (failures: number): number => Math.min(1_000 * 2 ** Math.min(failures, 20), 600_000);

export interface WakeContext {
  readonly env: Env;
  readonly session: UserSession;
  readonly pruning: Pruning;
  readonly identity: Identity;
  readonly catalog: (version: number) => Promise<Catalog>;
  /** Alarms in a row that failed before this one. */
  readonly failures: number;
}

/** When to wake next, and whether something has to be tried again that did not hold up the rest. */
export interface Woken {
  readonly due: number | undefined;
  readonly failed: boolean;
}

/** The first of the instants that are known. */
export const earliest = (...instants: readonly (number | undefined)[]): number | undefined => {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/**
 * What an alarm does: lets due time pass, sends what wants to be sent, carries merges on, hands on facts nobody took.
 * Rejects when something could not be done (all of it is safe to repeat).
 */
export const wake = async (context: WakeContext): Promise<Woken> => {
  const { env, session, identity } = context;
  if (session.state() === undefined) return { due: undefined, failed: false };
  const catalog = await context.catalog(await liveVersion(env, identity.workspace, catalogMaxAgeMs));
  const told = session.journal().last;
  const { turn } = session.turn((open) => open.take(decide(open.state, { type: "tick" }, open.context(session.now(), catalog))));
  await sendFollowUps(env, [{ ...identity, answer: { deliver: turn.deliver, asks: turn.asks } }]);
  const merges = await carryOnMerges(context, catalog.document.version);
  const handover = await askTarget(context);
  const facts = await handOnFacts(context, { told, claimsFollow: turn.deliver.length > 0 });
  // What is due goes first, and a page of pruning with nothing else to do.
  const rest = (turn.nextDue ?? Number.POSITIVE_INFINITY) > session.now() ? context.pruning.turn(catalog) : undefined;
  return { due: earliest(turn.nextDue, handover, facts, merges.due, rest), failed: merges.failed };
};

/**
 * Takes in what this user wants of others, and answers when to look again. One that fails holds up neither the rest nor what
 * is due here. A user that was handed over takes in nothing: whoever it became does.
 */
const carryOnMerges = async (context: WakeContext, version: number): Promise<Woken> => {
  const { env, session, identity, catalog } = context;
  const merges = wantedMergesOf(session);
  let taken = false;
  let failed = false;
  for (const wanted of merges) {
    session.isTakingIn = true;
    try {
      if (await takeIn(env, session, wanted, await catalog(version))) taken = true;
    } catch (error) {
      failed = true;
      session.forget();
      console.error(JSON.stringify({ what: "merge not taken in yet", ...identity, merge: wanted.merge, error: String(error) }));
    } finally {
      session.isTakingIn = false;
    }
    if (wantedMergesOf(session).length === 0) break;
  }
  if (merges.length === 0) return { due: undefined, failed };
  // An import may have made something due: a tick right after it finds out.
  return { due: session.now() + (taken ? 0 : failed ? backOffMs(context.failures) : Math.ceil(busyMs * Math.random())), failed };
};

const wantedMergesOf = (session: UserSession): ReturnType<typeof wantedMerges> => {
  const state = session.state();
  return state === undefined || state.meta.movedTo !== undefined ? [] : wantedMerges(state);
};

/** Source of a merge: has the target taken everything in? Then the history goes. */
const askTarget = async ({ env, session, identity }: WakeContext): Promise<number | undefined> => {
  const handover = handoverOf(session.store);
  if (handover === undefined || handover.done) return undefined;
  if (!(await userObject(env, identity.workspace, handover.target).hasMerged(handover.merge))) return session.now() + factsRetryMs;
  acknowledge(session, handover.merge);
  return undefined;
};

/**
 * Facts that no call has confirmed. Those told before are most often projected already, which one row of the directory
 * says; what is not goes to the FACTS queue, unless a claim is about to take it along.
 */
const handOnFacts = async (
  { env, session, identity }: WakeContext,
  since: { readonly told: number; readonly claimsFollow: boolean },
): Promise<number | undefined> => {
  // This isolate may have projected them itself.
  session.journal().confirm(confirmedFor(identity.workspace, identity.user) ?? 0);
  const first = session.journal().unconfirmed(identity.workspace, identity.user);
  if (first === undefined) return undefined;
  if (first.first <= since.told) {
    const projected = await projectedUpTo(shardOf(env, identity.workspace, identity.user), identity.workspace, identity.user);
    session.write((_store, journal) => {
      journal.confirm(projected);
      journal.storeConfirmed();
    });
  }
  const facts = session.journal().unconfirmed(identity.workspace, identity.user);
  if (facts === undefined) return undefined;
  if (!since.claimsFollow) await sendFacts(env, facts);
  return session.now() + (session.journal().hasBacklog ? backlogMs : factsRetryMs);
};

const sendFacts = async (env: Env, facts: NumberedFacts): Promise<void> => {
  let characters = 0;
  const fitting = facts.facts.findIndex((fact) => (characters += JSON.stringify(fact).length) > factsCharacters);
  // One fact too large for the queue (attributes): projected right here, rarely enough not to burden D1.
  if (fitting === 0) return projectFacts(env, [{ ...facts, facts: facts.facts.slice(0, 1) }]);
  const message: FactsMessage = fitting === -1 ? facts : { ...facts, facts: facts.facts.slice(0, fitting) };
  await env.FACTS.send(message);
};

/** True when something may be due by itself, from what is stored alone; too often true only costs a look. */
export const isWaiting = (session: UserSession): boolean => {
  const state = session.state();
  if (state === undefined) return false;
  return (
    Object.keys(state.runs).length > 0 ||
    Object.keys(state.open).length > 0 ||
    Object.values(state.memberships).some((one) => one.nextChange !== undefined) ||
    wantedMerges(state).length > 0 ||
    handoverOf(session.store)?.done === false
  );
};
