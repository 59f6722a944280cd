/** Shapes of the queue messages and of the RPCs between the Worker and the user's object. */
import type { UserEvent } from "../domain/event/event.ts";
import type { Channel, Outcome } from "../domain/message/message.ts";
import type { ClaimDecision } from "../domain/user/decide.ts";
import type { NumberedFacts } from "../domain/user/facts.ts";
import type { OpenAsk } from "../domain/user/state.ts";
import type { Place } from "../domain/user/stimulus.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import type { QuotaWord } from "../domain/sending/quota.ts";

/**
 * EVENTS queue and intake row alike: at most 100 items or 128 KB (queue limit) of one request.
 * `intake` is the row's id; `shard` the intake database's number. The row goes once every item was applied and projected.
 */
export interface EventsMessage {
  readonly intake: string;
  readonly shard: number;
  readonly workspace: string;
  readonly items: readonly UserEvent[];
}

/** DELIVER queue of a channel: a message waits to be claimed. Carries no content: the object is asked at the moment of sending. */
export interface DeliverMessage {
  readonly workspace: string;
  readonly user: UserKey;
  readonly message: string;
  /** Not to be claimed: its provider took it and is now to be asked, by its own id, what became of it. */
  readonly receipt?: {
    readonly provider: string;
    readonly id: string;
    /** When the attempt began, ms. */
    readonly begunAt: number;
  };
}

/** ASKS queue: a question of a user's run that only the outside can answer. Repeated by the object's alarm until it is answered or over. */
export interface AskMessage {
  readonly workspace: string;
  readonly user: UserKey;
  readonly ask: OpenAsk;
}

/** FACTS queue: facts that no call has confirmed yet, sent by the object's alarm. */
export type FactsMessage = NumberedFacts;

/** A message the object wants sent; the caller puts it on the channel's queue. */
export interface DeliverIntent {
  readonly channel: Channel;
  readonly message: string;
}

/** Part of every answer of the object: what to project, what to send. */
export interface ObjectAnswer {
  /** All facts no one has confirmed yet (at most 500, oldest first); undefined when there are none. */
  readonly facts?: NumberedFacts;
  readonly deliver: readonly DeliverIntent[];
  /** Questions to be asked outside now; absent when there are none. The object puts each again when its `due` comes unanswered. */
  readonly asks?: readonly OpenAsk[];
  /** What came of each entry that was asked for: "" = entered, else why not; the same again after a repetition. */
  readonly entries?: readonly { readonly id: string; readonly refused: string }[];
  /** The user who answered, when the one asked was merged away: facts and messages are theirs. */
  readonly movedTo?: UserKey;
}

/** Common to every request: the live catalog version the caller read, and how far this user's facts were projected, if known. */
export interface ObjectRequest {
  readonly catalog: number;
  readonly confirmed?: number;
  /** Objects that forwarded the request so far: merges are transitive, a loop of them must not be endless. */
  readonly hops?: number;
}

export interface ApplyRequest extends ObjectRequest {
  readonly events: readonly UserEvent[];
}

export interface KnownEvent {
  readonly id: string;
  readonly time: number;
  /** It was refused (older than what the object keeps), now or before: the timeline tells of it, the log does not. */
  readonly refused?: true;
}

export interface ApplyAnswer extends ObjectAnswer {
  /** Events the object already had, with the time it knows them by: the log row is written under that time. */
  readonly known: readonly KnownEvent[];
  /** Ids of the events this answer is about, where it is not about all of the request's: the rest are in `also`. */
  readonly events?: readonly string[];
  /** A device that several users had: answers of the others whose events were among those of the request. */
  readonly also?: readonly ApplyAnswer[];
}

export interface ClaimRequestMessage extends ObjectRequest {
  readonly message: string;
  /** The place under its provider's rate. */
  readonly place?: Place;
  /** What its workspace's quota says of it. */
  readonly quota?: QuotaWord;
}

export interface ClaimAnswer extends ObjectAnswer {
  readonly claim: ClaimDecision["claim"];
}

export interface SettleRequest extends ObjectRequest {
  readonly message: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** Copies (cc, bcc) the attempt left out, as their addresses are suppressed. */
  readonly leftOut?: readonly string[];
}
