import type { FreezeAnswer, FreezeRequest } from "../../src/api/user-rpc.ts";
import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { decide } from "../../src/domain/user/decide.ts";
import { newUser } from "../../src/domain/user/new-user.ts";
import type { Profile } from "../../src/domain/user/state.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { textOf } from "../../src/storage/object/sql-port.ts";
import type { UserStore, WantedMerge } from "../../src/storage/object/user-store.ts";
import type { Env } from "../env.ts";
import { userObject } from "../user-stub.ts";
import type { UserSession } from "./session.ts";

/*
 * The merge of one user into another (SEMANTICS.md, Identity of users), each step repeatable:
 * target: row "merge" in the transaction that wanted it -> source.freeze (pages) -> import and row gone, one transaction -> source.acknowledge.
 * source: note "handover" in the transaction that froze it -> history erased and note done on acknowledge; until then its
 * alarm asks the target, so that a target that died after its import is not waited for.
 */

/** The source's record of who gets, or got, its history: there is only one. */
export interface Handover {
  readonly merge: string;
  readonly target: UserKey;
  readonly done: boolean;
}

export const handoverOf = (store: UserStore): Handover | undefined => store.note("handover") as Handover | undefined; // written below only

/** Events of one page, and of a whole hand-over: an anonymous history beyond it keeps its newest part only in the source's log rows. */
const eventsPerPage = 1_000;
const eventsPerMerge = 20_000;

/** Source: stops and points at the target (once), then answers the page asked for. */
export const freeze = (session: UserSession, request: FreezeRequest, catalog: Catalog): FreezeAnswer => {
  const now = session.now();
  session.turn((turn) => {
    const before = handoverOf(turn.store);
    if (turn.state.meta.movedTo !== request.target) {
      turn.take(decide(turn.state, { type: "freeze", merge: request.merge, target: request.target }, turn.context(now, catalog)));
    }
    if (before === undefined) turn.store.setNote("handover", { merge: request.merge, target: request.target, done: false } satisfies Handover);
  });
  const handover = handoverOf(session.store);
  const state = session.state();
  if (handover?.merge !== request.merge || state === undefined) return { kind: "elsewhere" };
  const rows = session.store.eventsAfter(request.after ?? "", eventsPerPage);
  const events = rows.map((row) => JSON.parse(textOf(row, "body")) as UserEvent); // written by SqliteHistory.append
  const last = rows.at(-1);
  return { kind: "page", profile: state.profile, events, next: last !== undefined && rows.length === eventsPerPage ? textOf(last, "id") : null };
};

/** Source: the target has everything. Another merge's word changes nothing. */
export const acknowledge = (session: UserSession, merge: string): void => {
  session.write((store) => {
    const handover = handoverOf(store);
    if (handover === undefined || handover.merge !== merge || handover.done) return;
    store.eraseHistory();
    store.setNote("handover", { ...handover, done: true } satisfies Handover);
  });
};

interface Collected {
  readonly profile: Profile;
  readonly events: readonly UserEvent[];
}

/** Target: everything the source has; nothing where it went to another user before. */
const collect = async (env: Env, session: UserSession, wanted: WantedMerge, catalog: number): Promise<Collected> => {
  const state = session.state();
  if (state === undefined) throw new Error(`expected a user that wants merge ${wanted.merge}, found none`);
  const events: UserEvent[] = [];
  let after: string | undefined;
  for (;;) {
    const source = userObject(env, state.workspace, wanted.from);
    const answer = await source.freeze({ merge: wanted.merge, target: state.user, catalog, ...(after !== undefined && { after }) });
    // An empty profile as old as the target's own: importing it says "done" and nothing else.
    if (answer.kind === "elsewhere") return { profile: { ...newUser(state.workspace, state.user, state.profile.createdAt).profile, samplingId: state.profile.samplingId }, events: [] };
    events.push(...answer.events);
    if (answer.next === null || events.length >= eventsPerMerge) return { profile: answer.profile, events };
    after = answer.next;
  }
};

/** Target: takes one wanted merge in. `import` is the object's transaction of the stimulus; safe to repeat from any point. */
export const takeIn = async (env: Env, session: UserSession, wanted: WantedMerge, catalog: Catalog): Promise<void> => {
  const { profile, events } = await collect(env, session, wanted, catalog.document.version);
  const now = session.now();
  session.turn((turn) => {
    turn.take(decide(turn.state, { type: "import", merge: wanted.merge, from: wanted.from, profile, events }, turn.context(now, catalog)));
    turn.store.dropMerge(wanted.merge);
  });
  const workspace = session.state()?.workspace;
  if (workspace !== undefined) await userObject(env, workspace, wanted.from).acknowledge(wanted.merge);
};
