import type { Catalog, CatalogProvider } from "../catalog/catalog.ts";
import type { Channel, Message, RenderedMessage } from "../message/message.ts";
import type { Because, Fact } from "./facts.ts";
import type { History } from "./history.ts";
import type { OpenAsk, UserState } from "./state.ts";
import { orderOf } from "../event/event.ts";
import type { Quota } from "../sending/quota.ts";
import { answerRun } from "./advance.ts";
import { applyEvent, mayEnter } from "./apply-event.ts";
import { catchUp, timeCause } from "./catch-up.ts";
import { confirm, subscribe, suppress, takeWord, unsuppress } from "./consent.ts";
import { cancelMessage, sendByCall } from "./calls.ts";
import { changeAttributes } from "./change-attributes.ts";
import { changeDevices } from "./devices.ts";
import { closeDraft, openDraft, type Cause, type Draft } from "./draft.ts";
import { takeFollowed } from "./followed.ts";
import { withReason } from "./give-reason.ts";
import { takeGroup } from "./groups.ts";
import { changeManual } from "./manual-segments.ts";
import { wantMerge } from "./identity.ts";
import { freeze, takeIn } from "./merge.ts";
import { moveOn } from "./move-on.ts";
import { NEVER_DECIDED } from "./new-user.ts";
import { replay } from "./replay.ts";
import { reportStatus } from "./reports.ts";
import { settleAttempt } from "./settle.ts";
import { changeTags } from "./tags.ts";
import { nextDue } from "./timers.ts";
import { userFact } from "./user-fact.ts";
import type { Stimulus } from "./stimulus.ts";
import type { UserKey } from "./user-key.ts";

/** Everything decide is given beside the state: no clock, no randomness, no I/O of its own. */
export interface DecideContext {
  /** The instant of the stimulus, ms. Never goes back for one user: the shell passes max(clock, newest). */
  readonly now: number;
  readonly catalog: Catalog;
  readonly history: History;
}

/** What a stimulus led to. The shell commits it in the stimulus's transaction, then arms the alarm and drains the rest. */
export interface Decision {
  readonly state: UserState;
  /** In order; the shell numbers and journals them. */
  readonly facts: readonly Fact[];
  /** Messages created or changed, final ones included: to be written to the object's message table. */
  readonly messages: readonly Message[];
  /** Messages that want to be claimed now. */
  readonly deliver: readonly { readonly channel: Channel; readonly message: string }[];
  /** Questions to be asked outside now; kept in the state until answered, asked again when due. */
  readonly asks: readonly OpenAsk[];
  /** Anonymous users whose history is wanted: the shell runs the merge protocol. */
  readonly merges: readonly { readonly merge: string; readonly from: UserKey }[];
  /** Earliest instant at which something is due by itself; undefined = the object may sleep for ever. */
  readonly nextDue: number | undefined;
}

/** A claim's answer beside what it changed. */
export interface ClaimDecision extends Decision {
  readonly claim:
    /** Send it now, with the message id as idempotency key; settle with this attempt. */
    | {
        readonly kind: "send";
        readonly attempt: number;
        readonly message: Message;
        readonly rendered: RenderedMessage;
        readonly lookUp?: true;
      }
    /** Its provider keeps a rate: ask again with a place under it. */
    | { readonly kind: "place"; readonly provider: string; readonly rate: NonNullable<CatalogProvider["rate"]>; readonly attempt: number }
    /** Its workspace keeps a quota: ask again with its word. `passing`: it goes whatever that says. */
    | { readonly kind: "quota"; readonly quota: Quota; readonly passing: boolean }
    /**
     * Not to be sent: skipped, exited, already settled, or held until a later instant (the object's alarm brings it back).
     * `unused`: it was decided just now, so a place that was taken for it is free again.
     */
    | { readonly kind: "no"; readonly reason: string; readonly unused?: true };
}

/**
 * Applies one stimulus to one user (docs/semantics.md, Applying one stimulus): first everything that was due before it, each at its own
 * instant, then the stimulus and all that follows from it. Pure but for `context.history`, which it appends to.
 * The catalog must hold the versions `neededVersions(state)` names; the shell passes the newer of the live version and the
 * one the user was last brought up to (`meta.catalog`).
 */
export const decide = (state: UserState, stimulus: Stimulus, context: DecideContext): Decision => {
  const draft = openDraft(state, context);
  if (state.meta.movedTo !== undefined) {
    // Handed over: the shell forwards everything else. Only the pointer itself may still be set anew.
    if (stimulus.type === "freeze") freeze(draft, stimulus);
    return finish(draft);
  }
  if (state.meta.catalog === NEVER_DECIDED && !isFirstContact(stimulus)) return closeDraft(draft, undefined);
  const enters = stimulus.type === "event" && mayEnter(stimulus.event, context.now);
  const fires = stimulus.type === "refresh" && !stimulus.silent;
  catchUp(draft, { inclusive: !enters, mayStop: stimulus.type === "tick", fires });
  apply(draft, stimulus, enters);
  return finish(draft);
};

/** What makes a user of an object that nobody ever wrote to; anything else finds nothing there and leaves nothing. */
const isFirstContact = ({ type }: Stimulus): boolean =>
  !["tick", "refresh", "settled", "cancel", "reported", "followed", "confirm", "answered", "replay"].includes(type);

const apply = (draft: Draft, stimulus: Stimulus, enters: boolean): void => {
  switch (stimulus.type) {
    case "event": {
      const { event } = stimulus;
      const isNew = applyEvent(draft, event);
      return moveOn(draft, isNew ? { order: orderOf(event), event, id: event.id, enters } : timeCause(draft.at));
    }
    case "tick":
      return;
    case "refresh":
      return stimulus.enter === undefined ? undefined : moveOn(draft, timeCause(draft.at), { enter: stimulus.enter });
    case "suppress":
      withReason(draft, BY_CALL, () => suppress(draft, stimulus.channel, stimulus));
      return moveOn(draft, timeCause(draft.at));
    case "unsuppress":
      withReason(draft, BY_CALL, () => unsuppress(draft, stimulus.channel, stimulus));
      return moveOn(draft, timeCause(draft.at));
    case "tags":
      withReason(draft, BY_CALL, () => changeTags(draft, stimulus.add, stimulus.remove));
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "subscription":
      withReason(draft, BY_CALL, () => subscribe(draft, stimulus));
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "confirm":
      confirm(draft, stimulus);
      return moveOn(draft, callCause(draft.at, `confirm:${stimulus.message}`));
    case "followed":
      takeFollowed(draft, stimulus);
      return moveOn(draft, timeCause(draft.at));
    case "settled":
      settleAttempt(draft, stimulus);
      return moveOn(draft, timeCause(draft.at));
    case "send":
      sendByCall(draft, stimulus);
      return moveOn(draft, callCause(draft.at, stimulus.message.id));
    case "cancel":
      cancelMessage(draft, stimulus.message);
      return moveOn(draft, timeCause(draft.at));
    case "reported":
      reportStatus(draft, stimulus);
      return moveOn(draft, timeCause(draft.at));
    case "wrote":
      takeWord(draft, stimulus);
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "replay":
      replay(draft, stimulus);
      return moveOn(draft, timeCause(draft.at));
    case "enter":
      draft.asked.push({
        journey: stimulus.journey,
        id: stimulus.id,
        because: { clause: stimulus.because ?? "asked by call" },
        ...(stimulus.properties && { properties: stimulus.properties }),
        ...(stimulus.segment !== undefined && { segment: stimulus.segment }),
      });
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "members":
      changeManual(draft, stimulus.add, stimulus.remove);
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "attributes":
      withReason(draft, BY_CALL, () => changeAttributes(draft, stimulus));
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "devices":
      withReason(draft, BY_CALL, () => changeDevices(draft, stimulus));
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "answered":
      answerRun(draft, stimulus.ask, stimulus.answer);
      return moveOn(draft, timeCause(draft.at));
    case "group":
      withReason(draft, stimulus.membership === undefined ? BY_GROUP : BY_CALL, () => takeGroup(draft, stimulus));
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "merge":
      wantMerge(draft, stimulus.from);
      return moveOn(draft, callCause(draft.at, stimulus.id));
    case "import":
      withReason(draft, { clause: `merged with ${stimulus.from}` }, () => takeIn(draft, stimulus));
      return moveOn(draft, callCause(draft.at, stimulus.merge));
    case "freeze":
      freeze(draft, stimulus);
      return;
  }
};

/** Why a change was made that no event and no step made. */
const BY_CALL: Because = { clause: "by call" };
const BY_GROUP: Because = { clause: "the group says so" };

const callCause = (at: number, id: string): Cause => ({ order: [at, 0, 0], event: null, id: `call:${id}`, enters: true });

/** Closes the draft; the directory row is told once, before all that refers to it. */
export const finish = (draft: Draft): Decision => {
  if (draft.userChanged) draft.facts.unshift(userFact(draft.state, draft.at));
  return closeDraft(draft, nextDue(draft.state, draft.context.catalog));
};
