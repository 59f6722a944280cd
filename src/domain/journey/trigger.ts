import type { ZodType } from "zod";
import type { UserEvent } from "../event/event.ts";
import type { Moment } from "../filter/operators.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Message, MessageStatus } from "../message/message.ts";

/** What starts a run of a journey, ready to be indexed: the catalog finds the journeys that what happened may start. */
export type TriggerSource =
  | {
      readonly kind: "event";
      /** History name ("track:Order Completed", "page:Home"), or a prefix with a trailing "*". */
      readonly name: string;
      readonly matches: (event: UserEvent) => boolean;
      /** The run's key on this event; null = the event carries none. Absent for journeys without a key. */
      readonly key?: (event: UserEvent) => string | null;
    }
  | { readonly kind: "segment"; readonly segment: string; readonly change: "enter" | "leave"; readonly includeCurrent: boolean }
  | {
      readonly kind: "group";
      readonly change: "joined" | "left" | "changed";
      /** Absent = groups of any type. */
      readonly groupType?: string;
      /** Asks of the group's attributes as last told, of `relationship` (what the membership says) and of `id`. */
      readonly matches: (attributes: JsonObject, moment: Moment) => boolean;
    }
  | {
      readonly kind: "attribute";
      /** Top-level attribute that the path begins with. */
      readonly attribute: string;
      /** Did what stands at the path change, from and to what is asked for? Values are those of the top-level attribute; undefined = absent. */
      readonly matches: (before: Json | undefined, after: Json | undefined, moment: Moment) => boolean;
      /** What is at the path, for people and templates. */
      readonly read: (under: Json | undefined) => Json | undefined;
    }
  | {
      readonly kind: "date";
      readonly attribute: string;
      /** The first instant (ms) > `after` at which the attribute's date fires in the user's zone; undefined = never again. */
      readonly next: (under: Json | undefined, after: number, zone: string) => number | undefined;
      /** The date itself, ms; undefined = there is none. */
      readonly date: (under: Json | undefined) => number | undefined;
    }
  | {
      readonly kind: "schedule";
      readonly segment: string;
      /** The first instant (ms) > `after` at which the segment's members enter; `zone` is the workspace's. Undefined = never again. */
      readonly next: (after: number, zone: string) => number | undefined;
    }
  | { readonly kind: "api"; readonly key?: (event: UserEvent) => string | null }
  | {
      readonly kind: "message";
      /** What the message is known by in the catalog's index: "template:<key>" or "journey:<key>". */
      readonly about: string;
      /** Has the message now come to what is asked for? `before` is the status it had. */
      readonly matches: (message: Message, before: MessageStatus | undefined) => boolean;
    };

/** A definition a trigger names, with its place. */
export interface TriggerReference {
  readonly kind: "segment" | "template" | "journey";
  readonly path: readonly (string | number)[];
  readonly key: string;
}

/** A trigger type: ONE file in triggers/ and one line in triggers/all.ts. */
export interface TriggerType<T extends { readonly type: string }> {
  readonly type: T["type"];
  readonly schema: ZodType<T>;
  readonly compile: (trigger: T) => TriggerSource;
  readonly references?: (trigger: T) => readonly TriggerReference[];
  /** Path of the run's key on events; conditions in the journey match the same key. */
  readonly keyPath?: (trigger: T) => string | undefined;
  /** One run at a time whatever the frequency says. */
  readonly onePerUser: boolean;
}
