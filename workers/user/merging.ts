import type { FreezeAnswer, FreezeRequest, StimulateRequest } from "../../src/api/user-rpc.ts";
import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { decide } from "../../src/domain/user/decide.ts";
import type { Fact } from "../../src/domain/user/facts.ts";
import { mergeIdOf, type wantedMerges } from "../../src/domain/user/identity.ts";
import { consentOf } from "../../src/domain/user/merge-consent.ts";
import { handOver } from "../../src/domain/user/merge.ts";
import { neededVersions } from "../../src/domain/user/new-user.ts";
import type { Profile, UserState } from "../../src/domain/user/state.ts";
import type { Carried } from "../../src/domain/user/stimulus.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { type SqlRow, textOf } from "../../src/storage/object/sql-port.ts";
import type { UserStore } from "../../src/storage/object/user-store.ts";
import { withPinned } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { moveMemberships } from "../group/take-calls.ts";
import { followUp } from "../follow-up.ts";
import { userObject } from "../user-stub.ts";
import type { UserSession } from "./session.ts";

/*
 * The merge of one user into another (docs/semantics.md, Identity of users), each step repeatable:
 * target: wanted in the state -> source.freeze, page by page -> import, the last one saying "done" -> source.acknowledge.
 * source: note "handover" in the transaction that froze it -> history erased and note done on acknowledge; until then its
 * alarm asks the target, so that a target that died after its import is not waited for.
 */

type WantedMerge = ReturnType<typeof wantedMerges>[number];

/** The source's record of who gets, or got, its history: there is only one. */
export interface Handover {
  readonly merge: string;
  readonly target: UserKey;
  readonly done: boolean;
}

export const handoverOf = (store: UserStore): Handover | undefined => store.note("handover") as Handover | undefined; // written below only

/** Events of one page and one transaction. */
const eventsPerPage = 500;
/** One call carries 32 MB; an event with its request's context may have close to 100 KB, and characters up to three bytes. */
const charactersPerPage = 4_000_000;

/** As many of the rows as a page may carry: at least one. */
const fitting = (rows: readonly SqlRow[]): readonly SqlRow[] => {
  let characters = 0;
  const end = rows.findIndex((row, index) => (characters += textOf(row, "body").length) > charactersPerPage && index > 0);
  return end === -1 ? rows : rows.slice(0, end);
};

/** The source is nobody any more: its memberships go from the projections. The target's own come with its import. */
const leaving = ({ memberships }: UserState, target: UserKey, at: number): readonly Fact[] =>
  Object.entries(memberships).flatMap(([segment, { member }]): readonly Fact[] =>
    member ? [{ kind: "segment-left", at, segment, because: { clause: `merged into ${target}` }, silent: true }] : [],
  );

/**
 * Users that want one another must not all hand themselves over: each would point at the next, and nobody be left. So a user
 * is never handed over while it takes others in itself, nor to one that has become this very user.
 */
const mustStay = (session: UserSession, target: UserKey): boolean => {
  const state = session.state();
  return state !== undefined && (session.isTakingIn || Object.hasOwn(state.meta.merges, mergeIdOf(target, state.user)));
};

/** Source: stops and points at the target (once), then answers the page asked for. */
export const freeze = (session: UserSession, request: FreezeRequest, catalog: Catalog): FreezeAnswer => {
  if (mustStay(session, request.target)) return { kind: "busy" };
  const now = session.now();
  session.turn((turn) => {
    const before = handoverOf(turn.store);
    if (turn.state.meta.movedTo !== request.target) {
      turn.take(decide(turn.state, { type: "freeze", merge: request.merge, target: request.target }, turn.context(now, catalog)));
    }
    if (before !== undefined) return;
    turn.store.setNote("handover", { merge: request.merge, target: request.target, done: false } satisfies Handover);
    turn.facts.push(...leaving(turn.state, request.target, now));
  });
  const handover = handoverOf(session.store);
  const state = session.state();
  if (handover?.merge !== request.merge || state === undefined) return { kind: "elsewhere" };
  const found = session.store.eventsAfter(request.after ?? "", eventsPerPage);
  const rows = fitting(found);
  const events = rows.map((row) => JSON.parse(textOf(row, "body")) as UserEvent); // written by SqliteHistory.append
  const last = rows.at(-1);
  const next = last !== undefined && (rows.length < found.length || found.length === eventsPerPage) ? textOf(last, "id") : null;
  return { kind: "page", profile: state.profile, events, next, ...(next === null && { carried: carriedBy(session, state) }) };
};

/** Facts looked through for how consent was said. */
const consentFactsSearched = 5_000;

const carriedBy = (session: UserSession, state: UserState): Carried => {
  const { subscriptions, suppressions } = state.profile;
  const carried = handOver(state, session.store);
  if (Object.keys(subscriptions).length + Object.keys(suppressions).length === 0) return carried;
  const facts = session.journal().newest(Number.MAX_SAFE_INTEGER, consentFactsSearched);
  const told = facts.map(({ fact }) => fact);
  return { ...carried, consent: consentOf(state.user, state.profile, told) };
};

/** Source: reports to be forwarded, with the messages they are about. Those settled before the merge stayed here: the target may never have seen them. */
export const withKept = (store: UserStore, request: StimulateRequest): StimulateRequest => ({
  ...request,
  stimuli: request.stimuli.map((stimulus) => {
    const { type } = stimulus;
    if (type !== "reported" && type !== "followed" && type !== "confirm" && type !== "replay") return stimulus;
    const kept = stimulus.kept === undefined ? store.message(stimulus.message) : undefined;
    return kept === undefined ? stimulus : { ...stimulus, kept };
  }),
});

/**
 * Source: what is to be forwarded of a request. A message that was taken here, open or settled, is never taken again by whom
 * this user became: its copy is there already, or on its way.
 */
export const withoutTaken = (store: UserStore, request: StimulateRequest): StimulateRequest => ({
  ...request,
  stimuli: request.stimuli.filter((stimulus) => stimulus.type !== "send" || store.message(stimulus.message.id) === undefined),
});

/** Source: the target has everything. Another merge's word changes nothing. */
export const acknowledge = (session: UserSession, merge: string): void => {
  session.write((store) => {
    const handover = handoverOf(store);
    if (handover === undefined || handover.merge !== merge || handover.done) return;
    store.eraseHistory();
    store.setNote("handover", { ...handover, done: true } satisfies Handover);
  });
  session.forget();
};

/**
 * Target: takes one wanted merge in, a page and a transaction at a time. Safe to repeat from any point: events and profile
 * are the same twice, and only the last page says that the merge is done. False where it could not be done yet.
 */
export const takeIn = async (env: Env, session: UserSession, wanted: WantedMerge, catalog: Catalog): Promise<boolean> => {
  const state = session.state();
  if (state === undefined) throw new Error(`expected a user that wants merge ${wanted.merge}, found none`);
  const source = userObject(env, state.workspace, wanted.from);
  const { merge, from } = wanted;
  for (let after: string | undefined, more = true; more;) {
    const page = await source.freeze({
      merge,
      target: state.user,
      catalog: catalog.document.version,
      ...(after !== undefined && { after }),
    });
    if (page.kind === "busy") return false;
    const { profile, events, next, carried } = page.kind === "page" ? page : nothingOf(session.state() ?? state);
    const known =
      carried === undefined ? catalog : await withPinned(env, catalog, neededVersions(united(session.state() ?? state, carried)));
    more = next !== null;
    after = next ?? undefined;
    if (page.kind === "page" && !more) await moveMemberships(env, state.workspace, { from, to: state.user, groups: profile.groups });
    // Handed over itself meanwhile: nothing can be taken in here, so nothing may be forgotten there. Its own target asks.
    if (session.state()?.meta.movedTo !== undefined) return true;
    const { turn } = session.turn((open) => {
      const stimulus = {
        type: "import" as const,
        merge,
        from,
        profile,
        events,
        ...(more && { more }),
        ...(carried !== undefined && { carried }),
      };
      open.take(decide(open.state, stimulus, open.context(session.now(), known)));
    });
    await followUp(env, [{ workspace: state.workspace, user: state.user, answer: { deliver: turn.deliver, asks: turn.asks } }]);
  }
  await source.acknowledge(merge);
  return true;
};

/** What is taken in where the history went elsewhere: this user's own profile says "done" and nothing else. */
const nothingOf = (
  state: UserState,
): { readonly profile: Profile; readonly events: readonly UserEvent[]; readonly next: null; readonly carried?: Carried } => ({
  profile: state.profile,
  events: [],
  next: null,
});

/** The state with what it is about to take in, for the versions that needs. */
const united = (state: UserState, { runs, goals }: Carried): UserState => ({
  ...state,
  runs: { ...state.runs, ...runs },
  goals: [...state.goals, ...goals],
});
