import type { ConsentProof, EarlierWord } from "../consent/proof.ts";
import type { EventOrder, UserEvent } from "../event/event.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, Message, MessageStatus, Outcome } from "../message/message.ts";
import type { QuotaWord } from "../sending/quota.ts";
import type { AskAnswer, Device, EntryCounter, OpenAsk, OpenGoal, Profile, Run } from "./state.ts";
import type { UserKey } from "./user-key.ts";

/**
 * Everything that can happen to a user. Each is idempotent: events by id, settles by message and attempt, imports by
 * merge id, the others because saying them twice says nothing new.
 */
export type Stimulus =
  | { readonly type: "event"; readonly event: UserEvent }
  /** Nothing but time passed: due waits, flips, leases. */
  | { readonly type: "tick" }
  /** Bring memberships and runs up to the catalog given; `silent` joins start no journeys except those named (includeCurrent). */
  | { readonly type: "refresh"; readonly silent: boolean; readonly enter?: readonly string[] }
  /** With `address`: that address alone. */
  | {
      readonly type: "suppress";
      readonly channel: Channel | "*";
      readonly reason: string;
      readonly address?: string;
      readonly proof?: ConsentProof;
    }
  /** `evenComplaint`: also what somebody complained about; it stays otherwise. */
  | {
      readonly type: "unsuppress";
      readonly channel: Channel | "*";
      readonly address?: string;
      readonly evenComplaint?: boolean;
      readonly proof?: ConsentProof;
    }
  | { readonly type: "tags"; readonly id: string; readonly add: readonly string[]; readonly remove: readonly string[] }
  | {
      readonly type: "subscription";
      readonly id: string;
      readonly topic?: string;
      readonly channel?: Channel;
      readonly state: "opted-in" | "opted-out";
      readonly proof?: ConsentProof;
    }
  /** The link of a message that asks to confirm an opt-in was used, by a person. */
  | { readonly type: "confirm"; readonly message: string; readonly proof?: ConsentProof; readonly kept?: Message }
  /** The message's own pixel or link was called. Machines are counted apart and move no status. */
  | {
      readonly type: "followed";
      readonly message: string;
      readonly what: "opened" | "clicked";
      readonly machine: boolean;
      /** The address that was clicked, and its number among the links of the message. */
      readonly link?: string;
      readonly place?: number;
      readonly kept?: Message;
    }
  /** A message came to a status, as its provider or a link says; a repeated or late report changes nothing (lattice). */
  | {
      readonly type: "reported";
      readonly message: string;
      readonly status: MessageStatus;
      readonly reason?: string;
      /** Is it for good? Left out: bounces are, failures are not. For good means that the address is suppressed. */
      readonly permanent?: boolean;
      /** The message as a merged user has it who forwards the report: settled ones stayed there. */
      readonly kept?: Message;
    }
  /** The user wrote to us; some words ask for something. */
  | {
      readonly type: "wrote";
      readonly id: string;
      readonly channel: Channel;
      readonly text: string;
      readonly wish?: "stop" | "start" | "help";
    }
  /** An operator wants a message that was given up sent after all; `evenIfSent`: also one that the user may have. */
  | { readonly type: "replay"; readonly message: string; readonly evenIfSent: boolean; readonly reason: string; readonly kept?: Message }
  /** Start a run by call, step or schedule; the same id again starts nothing. With `segment`: only while the user is in it. */
  | {
      readonly type: "enter";
      readonly id: string;
      readonly journey: string;
      readonly properties?: JsonObject;
      readonly because?: string;
      readonly segment?: string;
    }
  /** Into and out of manual segments. */
  | { readonly type: "members"; readonly id: string; readonly add: readonly string[]; readonly remove: readonly string[] }
  /** Attributes by call: `set` and `increment` by dotted path, `unset` paths. Order of the changes: set, increment, unset. */
  | {
      readonly type: "attributes";
      readonly id: string;
      readonly set?: JsonObject;
      readonly increment?: Readonly<Record<string, number>>;
      readonly unset?: readonly string[];
    }
  | {
      readonly type: "devices";
      readonly id: string;
      readonly add: readonly { readonly token: string; readonly platform: Device["platform"] }[];
      readonly remove: readonly string[];
    }
  /** An ask was answered, or its time is over. */
  | { readonly type: "answered"; readonly ask: string; readonly answer: AskAnswer }
  /** What a group says of itself (fan-out), or a call says of this user's membership. */
  | {
      readonly type: "group";
      readonly id: string;
      readonly groupType: string;
      readonly group: string;
      readonly attributes?: { readonly values: JsonObject; readonly version: number };
      /** `order`: place of the join or leave in the total order; left out = now. An older one than is known changes nothing. */
      readonly membership?: { readonly state: "joined" | "left"; readonly relationship?: JsonObject; readonly order?: EventOrder };
    }
  /** A message by call, without a run; the same id again sends nothing. `contact` becomes an attribute of a user who has none of that name. */
  | {
      readonly type: "send";
      readonly message: CalledMessage;
      readonly contact?: { readonly attribute: "email" | "phone"; readonly value: string };
    }
  /** Takes a message back that nobody has claimed; any other stays as it is. */
  | { readonly type: "cancel"; readonly message: string }
  /** The provider answered, or did not. */
  | {
      readonly type: "settled";
      readonly message: string;
      readonly attempt: number;
      readonly outcome: Outcome;
      /** Copies (cc, bcc) the attempt left out. */
      readonly leftOut?: readonly string[];
    }
  /**
   * A merge's import: the source's profile and history (docs/semantics.md, Identity of users). A long history comes in parts: all but
   * the last say `more`; `carried` (see `handOver`) comes with the last. A part again, or a merge already taken in, changes nothing.
   */
  | {
      readonly type: "import";
      readonly merge: string;
      readonly from: UserKey;
      readonly profile: Profile;
      readonly events: readonly UserEvent[];
      readonly more?: boolean;
      readonly carried?: Carried;
    }
  /** Another known user is this one: its history is wanted. Only calls of the management API say so. */
  | { readonly type: "merge"; readonly id: string; readonly from: UserKey }
  /** This object is the source of a merge: hand everything over and point at the target. */
  | { readonly type: "freeze"; readonly merge: string; readonly target: UserKey };

/** A message as a call asks for it. `sendAt` (ms): not before. */
export type CalledMessage = Pick<
  Message,
  "id" | "channel" | "template" | "topic" | "transactional" | "provider" | "to" | "locale" | "payload"
> & { readonly sendAt?: number };

/** What a merge's source hands over beside profile and history: its runs, their goals and messages, its entry counters, and what it wanted itself. */
export interface Carried {
  readonly runs: Readonly<Record<string, Run>>;
  readonly goals: readonly OpenGoal[];
  readonly entries: Readonly<Record<string, EntryCounter>>;
  readonly open: Readonly<Record<string, Message>>;
  /** Settled messages that the runs may still look at; the others stay with the source. */
  readonly settled?: Readonly<Record<string, Message>>;
  readonly asks: Readonly<Record<string, OpenAsk>>;
  readonly claims: Readonly<Record<string, readonly number[]>>;
  /** How what stands of the source's consent was said, by what it is about (merge-consent.ts). */
  readonly consent?: Readonly<Record<string, EarlierWord>>;
  /** The source's low-water mark, where its history was pruned. */
  readonly lowWater?: number;
  /** Merges the source asked for and had not (wholly) taken in, by merge id: the target takes them in its place. */
  readonly wanted?: Readonly<Record<string, UserKey>>;
}

/** A place under a provider's rate: `at` in ms. */
export interface Place {
  readonly provider: string;
  readonly at: number;
}

/** What deliver asks at the moment of sending; answered by `claim`, not by `decide`. */
export interface ClaimRequest {
  readonly message: string;
  /** The place under its provider's rate that it may be sent at; "free": no limits are kept (simulation). */
  readonly place?: Place | "free";
  /** What the workspace's quota says of it. */
  readonly quota?: QuotaWord;
  /** Base of links in messages; workspace data a template may show. */
  readonly workspace: JsonObject;
}
