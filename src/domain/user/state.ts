import type { EventOrder, UserEvent } from "../event/event.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Message } from "../message/message.ts";
import type { Adopting } from "../segment/adoption.ts";
import type { UserKey } from "./user-key.ts";

/** An attribute's value with its place in the total order; `value` undefined = a dated tombstone. */
export interface AttributeEntry {
  readonly value?: Json;
  readonly order: EventOrder;
}

/** Who the user is. Attributes merge by last write wins per top-level attribute. */
export interface Profile {
  readonly attributes: Readonly<Record<string, AttributeEntry>>;
  /** tag -> since (ms) */
  readonly tags: Readonly<Record<string, number>>;
  /** Anonymous ids seen with this user; the value is the hand-over's state. */
  readonly anonymousIds: Readonly<Record<string, "wanted" | "done" | "other">>;
  /** Hard suppressions: "*" for all channels, the channel, or "<channel>:<address>" (with that `address`): another one may be tried. */
  readonly suppressions: Readonly<Record<string, { readonly reason: string; readonly at: number; readonly address?: string }>>;
  /** "topic:<key>", "topic:<key>@<channel>" or "channel:<key>" -> opted out or in, or an opt-in that waits for its confirmation, dated. */
  readonly subscriptions: Readonly<Record<string, { readonly state: "opted-in" | "opted-out" | "pending"; readonly order: EventOrder }>>;
  /** Places to push to, by token. */
  readonly devices: Readonly<Record<string, Device>>;
  /** Groups the user belongs or belonged to, by "type/id". */
  readonly groups: Readonly<Record<string, GroupMembership>>;
  /** Manual segments -> in or out, dated: by the last call. */
  readonly manual: Readonly<Record<string, { readonly member: boolean; readonly order: EventOrder }>>;
  /** IANA zone of the newest call that carried context.timezone. */
  readonly timezone?: AttributeEntry;
  readonly createdAt: number;
  /** Time of the newest event. Kept at day grain, so that it does not cost a write per event. */
  readonly lastSeenAt: number;
  /** Fixed at first contact, carried through merges (the older wins): what splits and holdouts hash. */
  readonly samplingId: string;
}

/** A device's push token; written by calls that carry `context.device.token` and by the management API. */
export interface Device {
  readonly platform: "android" | "ios" | "web" | "other";
  /** A removed one is kept as a dated tombstone. */
  readonly removed?: true;
  readonly order: EventOrder;
}

/** One user in one group. The group itself is its own object; what it says about itself comes by fan-out. */
export interface GroupMembership {
  readonly type: string;
  readonly id: string;
  /** Tombstone: the user left. */
  readonly left?: true;
  /** Place of the newest join or leave in the total order. */
  readonly order: EventOrder;
  /** What this membership itself says ("role"), by the calls that named it. */
  readonly relationship: JsonObject;
  /** Place of the newest write of each of its attributes in the total order, removed ones too: the last write wins. */
  readonly written: Readonly<Record<string, EventOrder>>;
  /** The group's own attributes as last told, and their version: an older telling changes nothing. */
  readonly attributes: JsonObject;
  readonly version: number;
}

/** Where the user stands in one segment. Kept for members, and for non-members whose condition may flip by time. */
export interface Membership {
  readonly member: boolean;
  readonly since: number;
  /** The next instant at which the condition may flip without any event. */
  readonly nextChange?: number;
  /** Which compiled definition was asked. */
  readonly hash: string;
}

/** What a live run is doing. */
export type Position =
  /** `late`: what it stayed for was over at that instant (ms), while its journey was paused. */
  | { readonly at: "step"; readonly step: string; readonly late?: number }
  | { readonly at: "wait"; readonly step: string; readonly since: number; readonly due: number }
  | { readonly at: "send"; readonly step: string; readonly message: string }
  /** Stays until its conditions say something else (wait-until): asked again when they are touched, at `nextChange`, and at `due`. */
  | { readonly at: "until"; readonly step: string; readonly since: number; readonly due?: number; readonly nextChange?: number }
  /** Stays until a message of the run has come to a status, or `due`. */
  | { readonly at: "status"; readonly step: string; readonly since: number; readonly message: string; readonly due?: number }
  /** Stays until the answer to a question comes (UserState.asks), or `due`. */
  | { readonly at: "ask"; readonly step: string; readonly since: number; readonly ask: string; readonly due: number };

/** One passage of the user through one journey. Only live runs are in the state; ended ones are in the journal. */
export interface Run {
  readonly id: string;
  readonly journey: string;
  /** Pinned at entry. */
  readonly version: number;
  /** Value of the trigger's key; null for journeys without one. */
  readonly key: string | null;
  readonly enteredAt: number;
  /** Order of the event (or flip) that started it: exits and goals count only what comes after. */
  readonly entryOrder: EventOrder;
  readonly trigger: UserEvent | null;
  readonly position: Position;
  readonly stepEnteredAt: number;
  /**
   * Order of the event that brought the run to its step, absent when a timer did: `since: "step"` counts only what comes
   * after, so that one event cannot pass two waits for the same name.
   */
  readonly stepOrder?: EventOrder;
  /** Steps taken since the last stimulus is bounded elsewhere; this counts visits per step, for message ids. */
  readonly visits: Readonly<Record<string, number>>;
  /** Next instant at which the exit condition may flip by time. */
  readonly exitNextChange?: number;
  /** Newest message of each send step. */
  readonly messages?: Readonly<Record<string, string>>;
  /** Ways taken where there is a choice, as "<step>:<path>", newest last, each step once: what goals are counted by. */
  readonly paths?: readonly string[];
  /** Held out: messages are counted and withheld. */
  readonly withheld?: true;
  /** Passed a holdout and was not held out: those held out are compared with these. */
  readonly treated?: true;
  /** Filled by webhook steps (`save: {variable}`); `variables` in templates. */
  readonly variables?: JsonObject;
  /** Properties the run was entered with by call (`trigger` is null then); `trigger.properties` in templates and conditions. */
  readonly properties?: JsonObject;
  /** Ids of the events the newest digest step collected, oldest first, bounded. */
  readonly digest?: readonly string[];
  /** How many there were in all; counted up to a bound. */
  readonly digestCount?: number;
}

/** A question that only the outside can answer, kept until it is: asked again at `due`. */
export interface OpenAsk {
  /** Made of run, step and visit: the same question is the same ask; outside it is the idempotency key. */
  readonly id: string;
  readonly run: string;
  readonly journey: string;
  readonly step: string;
  readonly wish: AskWish;
  readonly createdAt: number;
  readonly due: number;
  readonly attempts: number;
}

/** What may be asked. `webhook`: call a customer's endpoint. `throttle`: a place under a limit that all users share. `winner`: which variant of a send step is ahead. */
export type AskWish =
  | {
      readonly kind: "webhook";
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** From `createdAt` on: how long the call may be tried in all. */
      readonly timeoutMs: number;
    }
  /** `leadMs`: no place begins earlier than this after the question arrived; the answer has to be here by then to be used. */
  | {
      readonly kind: "throttle";
      readonly name: string;
      readonly count: number;
      readonly perMs: number;
      readonly queue: boolean;
      readonly leadMs: number;
    }
  /** Which of the variants "0" to `variants` - 1 is ahead by `metric`: decided `afterMs` after publish, of at least `minimum` messages each. */
  | {
      readonly kind: "winner";
      readonly journey: string;
      readonly version: number;
      readonly step: string;
      readonly metric: "opened" | "clicked" | "converted" | "goal";
      readonly afterMs: number;
      readonly minimum: number;
      readonly variants: number;
    };

/** Answers. `failed` also when the time was over. `at` (ms): a place is free only then. */
export type AskAnswer =
  /** `body` where the endpoint answered JSON of at most 64 KB; `reason`: what it said where it did not say yes. */
  | { readonly kind: "webhook"; readonly status: number; readonly body?: Json; readonly reason?: string }
  | { readonly kind: "throttle"; readonly admitted: boolean; readonly at?: number }
  | { readonly kind: "winner"; readonly variant?: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Goals still within their window; they outlive the run. */
export interface OpenGoal {
  readonly run: string;
  readonly journey: string;
  readonly version: number;
  readonly key: string | null;
  readonly goal: string;
  readonly entryOrder: EventOrder;
  readonly enteredAt: number;
  /** End of the window; absent = for ever. */
  readonly until?: number;
  readonly nextChange?: number;
  /** Of an ended run: which ways it took, whether it was held out or treated. While it lives the run itself says so. */
  readonly paths?: readonly string[];
  readonly withheld?: true;
  readonly treated?: true;
  /** Of an ended run, what conditions may still ask: the id of its trigger, what it was entered with, when it came to its last step. */
  readonly ended?: {
    readonly trigger?: string;
    readonly properties?: JsonObject;
    readonly stepEnteredAt: number;
    readonly stepOrder?: EventOrder;
  };
}

/** Frequency counters per (journey, key); they survive new versions and ended runs. */
export interface EntryCounter {
  readonly count: number;
  readonly lastEnteredAt: number;
  /** Newest entries, newest first, bounded: for `limit`. */
  readonly recent: readonly number[];
  /** interval + segment trigger: when to enter again while the segment still holds. */
  readonly reenterAt?: number;
  /** date triggers: fired for every instant up to this one (ms). */
  readonly dateUpTo?: number;
  /** The date (ms) it fired for then: seen from another zone the same one does not fire again. */
  readonly dateOf?: number;
  /** Entries asked for by call, step or schedule, newest first, bounded: hash of the id, why not ("" = entered), when (ms). The same id again starts nothing. */
  readonly asked?: readonly (readonly [id: string, refused: string, at: number])[];
  /** includeCurrent was carried out up to this version of the journey: a repeated backfill enters nobody twice. */
  readonly included?: number;
}

/**
 * Everything the core keeps about a user between stimuli, beside history. Each field is stored as one row and written
 * only when its reference changed, so: never mutate, and keep the reference when nothing changed.
 */
export interface UserState {
  readonly workspace: string;
  readonly user: UserKey;
  readonly profile: Profile;
  readonly memberships: Readonly<Record<string, Membership>>;
  readonly runs: Readonly<Record<string, Run>>;
  readonly goals: readonly OpenGoal[];
  /** "journey" or "journey|key" */
  readonly entries: Readonly<Record<string, EntryCounter>>;
  /** Messages not yet settled for good. */
  readonly open: Readonly<Record<string, Message>>;
  readonly asks: Readonly<Record<string, OpenAsk>>;
  /** Claims that count for caps, by channel: instants (ms), newest first, as many as the largest cap can ask for. */
  readonly claims: Readonly<Record<string, readonly number[]>>;
  readonly meta: Meta;
}

export interface Meta {
  /** Catalog version the memberships were last brought up to. */
  readonly catalog: number;
  /** Tallies whose past was counted when they first met this user. */
  readonly tallies: Readonly<Record<string, true>>;
  /** The past is being counted for others, in slices: nothing is decided until that is through. */
  readonly adopting?: Adopting;
  /** History before this instant (ms) may be pruned: an event from then that is not known is refused. Absent: all of it is there. */
  readonly lowWater?: number;
  /** Set when this object was handed over: everything that reaches it goes there. */
  readonly movedTo?: UserKey;
  /** Whom it pointed at before (shared devices), oldest first: what was received before `until` (ms) is theirs. */
  readonly movedBefore?: readonly { readonly target: UserKey; readonly until: number }[];
  /** Merges taken in (or, at a source, obeyed), by merge id: each is applied once. */
  readonly merges: Readonly<Record<string, true>>;
  /** Known users whose history is wanted and not yet here, by merge id; anonymous ones are in `profile.anonymousIds`. */
  readonly wanted?: Readonly<Record<string, UserKey>>;
  /** Messages of whose links something is still to be told, and since when (ms). */
  readonly untold?: { readonly since: number; readonly messages: readonly string[] };
}
