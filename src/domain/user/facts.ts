import type { ConsentProof } from "../consent/proof.ts";
import type { UserEvent } from "../event/event.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Channel, MessageStatus } from "../message/message.ts";
import type { UserKey } from "./user-key.ts";

/** Why something was decided: the clause and the value that decided, short and for people. */
export interface Because {
  readonly clause: string;
  readonly value?: Json;
}

/** One link, as its template writes it. `people` and `machines` are 1 where this is the first of the kind in this message. */
export interface FollowedLinks {
  readonly link: string;
  readonly people: number;
  readonly clicks: number;
  readonly machines: number;
  readonly machineClicks: number;
}

/**
 * What happened to a user, as told to the outside. Facts are the user's timeline (kept in the object) and the only
 * source of projections. Numbered per user without gaps; a projection applies each number once.
 */
export type Fact =
  /** The directory row: first contact, or something in it changed. */
  | {
      readonly kind: "user";
      readonly at: number;
      readonly email?: string | null;
      readonly phone?: string | null;
      readonly name?: string | null;
      readonly createdAt: number;
      readonly lastSeenAt: number;
      readonly attributes: JsonObject;
      readonly movedTo?: UserKey;
    }
  | {
      readonly kind: "segment-entered" | "segment-left";
      readonly at: number;
      readonly segment: string;
      readonly because?: Because;
      readonly silent?: boolean;
    }
  | {
      readonly kind: "run-started";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly key: string | null;
      readonly because?: Because;
    }
  | {
      readonly kind: "run-refused";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly reason: string;
      readonly because?: Because;
    }
  | {
      readonly kind: "step-entered";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly step: string;
      readonly because?: Because;
    }
  /** A step was left; `path` names the way taken where there is a choice. */
  | {
      readonly kind: "step-left";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly step: string;
      readonly path?: string;
      /** At a holdout, the first time: to which side the run belongs from here on. */
      readonly arm?: "held-out" | "treated";
      readonly because?: Because;
    }
  | {
      readonly kind: "waiting";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly step: string;
      /** Absent: until something happens. */
      readonly until?: number;
    }
  | {
      readonly kind: "run-ended";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly step: string;
      readonly reason: string;
      readonly because?: Because;
    }
  | {
      readonly kind: "goal";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly goal: string;
      /** Ways the run had taken ("<step>:<path>"), and whether it was held out. */
      readonly paths?: readonly string[];
      readonly withheld?: true;
      /** Passed a holdout and was not held out. */
      readonly treated?: true;
      readonly because?: Because;
    }
  | {
      readonly kind: "message";
      readonly at: number;
      readonly message: string;
      /** A copy for one more device: the message that it is a copy of, and with which it counts. */
      readonly of?: string;
      readonly createdAt: number;
      readonly status: MessageStatus;
      readonly channel: Channel;
      readonly template: string;
      readonly topic?: string;
      readonly journey?: string;
      readonly version?: number;
      readonly run?: string;
      readonly step?: string;
      readonly provider?: string;
      /** The provider's own word for it. */
      readonly providerMessageId?: string;
      readonly to?: string;
      readonly subject?: string;
      /** Which of a step's variants it is, by position. */
      readonly variant?: string;
      readonly reason?: string;
      readonly attempts: number;
      /** A held message: when it is tried again. */
      readonly until?: number;
      /** Copies (cc, bcc) that were left out, as nothing is sent to their addresses. */
      readonly leftOut?: readonly string[];
      /** Final statuses it has come to with this word, each told once per message, however late: what counts are made of. */
      readonly reached?: readonly MessageStatus[];
    }
  /** Links of a message were followed, since that was last told: what is counted for all messages together is made of these. */
  | {
      readonly kind: "links-followed";
      readonly at: number;
      readonly message: string;
      readonly template: string;
      readonly journey?: string;
      readonly version?: number;
      readonly step?: string;
      readonly links: readonly FollowedLinks[];
    }
  | { readonly kind: "tag-added" | "tag-removed"; readonly at: number; readonly tag: string; readonly because?: Because }
  /** A step or call set an attribute; without `value` it was removed. */
  | {
      readonly kind: "attribute-set";
      readonly at: number;
      readonly attribute: string;
      readonly value?: Json;
      readonly run?: string;
      readonly because?: Because;
    }
  /** A step emitted an event: it belongs into the event log like any other. */
  | { readonly kind: "emitted"; readonly at: number; readonly event: UserEvent }
  /** A customer's endpoint was called by a step; `status` as answered, absent where there was no answer. */
  | {
      readonly kind: "webhook";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly run: string;
      readonly step: string;
      readonly status?: number;
      readonly reason?: string;
    }
  /**
   * A run was moved to another version of its journey. `step` is where it stands, or stood `before`, not yet having taken it;
   * `to` the step it takes next, where it does not simply stay.
   */
  | {
      readonly kind: "run-moved";
      readonly at: number;
      readonly journey: string;
      readonly version: number;
      readonly from: number;
      readonly run: string;
      readonly step: string;
      readonly to?: string;
      readonly before?: true;
    }
  | {
      readonly kind: "group-joined" | "group-left" | "group-changed";
      readonly at: number;
      readonly groupType: string;
      readonly group: string;
      readonly because?: Because;
    }
  | { readonly kind: "device-added" | "device-removed"; readonly at: number; readonly token: string; readonly because?: Because }
  /** Something did not fit (limits.ts); all else that came with it counts. */
  | {
      readonly kind: "refused";
      readonly at: number;
      readonly what: "attributes" | "tags" | "subscriptions" | "groups" | "segments" | "devices" | "variables";
      readonly names: readonly string[];
      readonly reason: string;
    }
  | { readonly kind: "event-refused"; readonly at: number; readonly event: string; readonly reason: string }
  | {
      readonly kind: "suppressed" | "unsuppressed";
      readonly at: number;
      readonly channel: Channel | "*";
      /** One address alone. */
      readonly address?: string;
      readonly reason?: string;
      readonly because?: Because;
      readonly proof?: ConsentProof;
    }
  | {
      readonly kind: "subscription";
      readonly at: number;
      readonly topic?: string;
      readonly channel?: Channel;
      readonly state: "opted-in" | "opted-out" | "pending";
      readonly because?: Because;
      readonly proof?: ConsentProof;
    }
  /** The user wrote to us. `wish`: what the text, being one of the agreed words, asks for. */
  | {
      readonly kind: "wrote";
      readonly at: number;
      readonly channel: Channel;
      readonly text: string;
      readonly wish?: "stop" | "start" | "help";
    }
  | { readonly kind: "merged"; readonly at: number; readonly from: UserKey; readonly refused?: string };

/** Facts of one user with their numbers: `first` is the number of facts[0], the rest follow without gaps. */
export interface NumberedFacts {
  readonly workspace: string;
  readonly user: UserKey;
  readonly first: number;
  readonly facts: readonly Fact[];
}
