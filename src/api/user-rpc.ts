/** What the management API asks a user's object, and its answers: plain JSON, newest first, bounded pages. */
import type { UserEvent } from "../domain/event/event.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Message } from "../domain/message/message.ts";
import type { Answer, Question } from "../domain/user/explain.ts";
import type { Fact } from "../domain/user/facts.ts";
import type { Device, Profile, Run } from "../domain/user/state.ts";
import type { Carried, Stimulus } from "../domain/user/stimulus.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import type { ApplyAnswer, ApplyRequest, ClaimAnswer, ClaimRequestMessage, ObjectAnswer, ObjectRequest, SettleRequest } from "./queue.ts";

export interface UserView {
  readonly user: UserKey;
  readonly attributes: JsonObject;
  readonly tags: readonly string[];
  readonly segments: readonly { readonly key: string; readonly since: number }[];
  readonly suppressions: Profile["suppressions"];
  readonly subscriptions: Profile["subscriptions"];
  readonly anonymousIds: readonly string[];
  /** Groups the user is in, with what they last said of themselves. */
  readonly groups: readonly {
    readonly type: string;
    readonly id: string;
    readonly since: number;
    readonly relationship: JsonObject;
    readonly attributes: JsonObject;
  }[];
  readonly devices: readonly { readonly token: string; readonly platform: Device["platform"]; readonly since: number }[];
  /** Manual segments somebody put the user into, whether they are defined or not. */
  readonly manualSegments: readonly { readonly key: string; readonly since: number }[];
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly nextDue: number | null;
  readonly runs: readonly Run[];
}

/** One line of the timeline: an event of the user, or a fact with its reason. */
export type TimelineItem =
  | { readonly at: number; readonly type: "event"; readonly event: UserEvent }
  | { readonly at: number; readonly type: "fact"; readonly number: number; readonly fact: Fact };

/** A fact about consent. */
export interface ConsentItem {
  readonly number: number;
  readonly fact: Extract<Fact, { kind: "subscription" | "suppressed" | "unsuppressed" }>;
}

/** A run of the user, live or ended. */
export type RunItem =
  | { readonly status: "live"; readonly run: Run }
  | {
      readonly status: "ended";
      readonly end: Extract<Fact, { kind: "run-ended" }>;
      /** Absent where the start lies too far back in the timeline. */
      readonly start?: Extract<Fact, { kind: "run-started" }>;
    };

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface StimulateRequest extends ObjectRequest {
  readonly stimuli: readonly Stimulus[];
  /** The caller repeats the call until the answer's facts are projected: the object need not wake to see to it. */
  readonly vouched?: boolean;
}

export interface ExplainRequest extends ObjectRequest {
  readonly question: Question;
}

/** `unknown`: there is no such user, or no such definition in the catalog. */
export type ExplainAnswer =
  | { readonly kind: "unknown"; readonly what: "user" | "definition" }
  | { readonly kind: "known"; readonly user: UserKey; readonly answer: Answer; readonly refusal?: Extract<Fact, { kind: "run-refused" }> };

/** The management half of the object's RPC surface; the data half is in queue.ts. An object nobody ever wrote to answers undefined / empty pages and stays empty. */
export interface UserRpc {
  /** Of a user that was merged into another: that one's. */
  view(hops?: number): Promise<UserView | undefined>;
  timeline(page: PageRequest): Promise<Page<TimelineItem>>;
  events(page: PageRequest): Promise<Page<UserEvent>>;
  /** Facts about consent, newest first. A page may hold none and have a next one. */
  consent(page: PageRequest): Promise<Page<ConsentItem>>;
  messages(page: PageRequest): Promise<Page<Message>>;
  /** Live runs, then ended ones, newest first. A page may hold none and have a next one. */
  runs(page: PageRequest): Promise<Page<RunItem>>;
  /** Also of a message that went on to the user this one was merged into. */
  message(id: string, hops?: number): Promise<{ readonly message: Message; readonly facts: readonly Fact[] } | undefined>;
  stimulate(request: StimulateRequest): Promise<ObjectAnswer>;
  /** Why the user is (not) in a segment or journey, or whether an unsaved condition holds; changes nothing. */
  explain(request: ExplainRequest): Promise<ExplainAnswer>;
}

/** Asks the source of a merge to hand over, page by page. The first call freezes it; each may be repeated. */
export interface FreezeRequest extends ObjectRequest {
  readonly merge: string;
  readonly target: UserKey;
  /** Id of the last event received; absent = from the beginning. */
  readonly after?: string;
}

export type FreezeAnswer =
  /** `carried` (runs, goals, counters, open messages) comes with the last page. */
  | {
      readonly kind: "page";
      readonly profile: Profile;
      readonly events: readonly UserEvent[];
      readonly next: string | null;
      readonly carried?: Carried;
    }
  /** The history went to another user before (a shared device): only the pointer moved. */
  | { readonly kind: "elsewhere" }
  /** The source takes in other users itself, and goes first: ask again in a moment. Nothing changed. */
  | { readonly kind: "busy" };

/** Everything a user's object answers to. */
export interface UserRpcSurface extends UserRpc {
  /** Applies events, in the order given, in one transaction. */
  apply(request: ApplyRequest): Promise<ApplyAnswer>;
  /** Asks for a message right before it is sent. */
  claim(request: ClaimRequestMessage): Promise<ClaimAnswer>;
  /** Says how sending it ended. */
  settle(request: SettleRequest): Promise<ObjectAnswer>;
  /** Facts up to this number are projected. */
  confirm(number: number): Promise<void>;
  /** Source of a merge: stop, point at the target, hand over. */
  freeze(request: FreezeRequest): Promise<FreezeAnswer>;
  /** Source of a merge: the target has everything; forget the history, keep the pointer. */
  acknowledge(merge: string): Promise<void>;
  /** Target of a merge, or whoever it became: was it taken in? False also wakes what is left to do. */
  hasMerged(merge: string, hops?: number): Promise<boolean>;
}
