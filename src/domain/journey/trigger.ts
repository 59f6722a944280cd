import type { ZodType } from "zod";
import type { UserEvent } from "../event/event.ts";

/** What starts a run of a journey, ready to be indexed: an event by history name, or a change of a membership. */
export type TriggerSource =
  | {
      readonly kind: "event";
      /** History name ("track:Order Completed"), or a prefix with a trailing "*". */
      readonly name: string;
      readonly matches: (event: UserEvent) => boolean;
      /** The run's key on this event; null = the event carries none. Absent for journeys without a key. */
      readonly key?: (event: UserEvent) => string | null;
    }
  | { readonly kind: "segment"; readonly segment: string; readonly change: "enter" | "leave"; readonly includeCurrent: boolean };

/** A definition a trigger names, with its place. */
export interface TriggerReference {
  readonly kind: "segment";
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
