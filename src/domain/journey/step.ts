import type { ZodType } from "zod";
import type { Channel } from "../message/message.ts";
import type { Verdict } from "../segment/condition.ts";
import type { Because } from "../user/facts.ts";

/** What a step may know of the world when a run comes to it. */
export interface StepScope {
  /** The instant the run is at, ms: a timer's own instant when it was overdue. */
  readonly now: number;
  /** The user's IANA zone: attribute, newest call, workspace, UTC. Asked only by steps that need local time. */
  readonly zone: () => string;
  /** Asks the step's condition number `index`, inside this run. */
  readonly ask: (index: number) => Verdict;
}

/** A message a step wants sent; the run stays on the step until it is accepted, skipped or finally failed. */
export interface MessageWish {
  readonly channel: Channel;
  readonly template: string;
  readonly topic?: string | undefined;
  readonly transactional?: boolean | undefined;
  readonly provider?: string | undefined;
}

/** What a step answers: where the run goes from here, and what is to change on the way. Plain data; `advance` carries it out. */
export type StepMove =
  /** On to the step `to`; undefined = nothing follows, the run is complete. */
  | {
      readonly kind: "go";
      readonly to: string | undefined;
      readonly path?: string;
      readonly because?: Because;
      readonly tags?: { readonly add: readonly string[]; readonly remove: readonly string[] };
    }
  | { readonly kind: "wait"; readonly due: number }
  | { readonly kind: "send"; readonly message: MessageWish }
  | { readonly kind: "end"; readonly reason: string };

/** Why a run that stayed on a step moves again. */
export type StepResume =
  | { readonly kind: "due" }
  | { readonly kind: "message"; readonly result: "sent" | "uncertain" | "skipped" | "failed" };

/** A way out of a step: the step it leads to, and where the definition says so (path inside the step). */
export interface StepEdge {
  readonly path: readonly (string | number)[];
  readonly to: string;
}

/** Definitions a step names, with the place where it does. */
export interface StepReference {
  readonly kind: "template" | "provider";
  readonly path: readonly (string | number)[];
  readonly key: string;
  readonly channel?: Channel;
}

/** A condition inside a step, with its place; index n in the list is what `scope.ask(n)` asks and what compiles to "<step>/<n>". */
export interface StepCondition {
  readonly path: readonly (string | number)[];
  readonly condition: unknown;
}

/**
 * A step type: ONE file in steps/ and one line in steps/all.ts. Union type, validation, lint and dispatch derive from it.
 * Pure: a step says what it wants as a StepMove and never touches the state.
 */
export interface StepType<T extends { readonly type: string }> {
  readonly type: T["type"];
  readonly schema: ZodType<T>;
  readonly edges: (step: T) => readonly StepEdge[];
  readonly references?: (step: T) => readonly StepReference[];
  readonly conditions?: (step: T) => readonly StepCondition[];
  /** True when passing this step takes at least a minute: every cycle in a graph needs one. */
  readonly takesTime?: (step: T) => boolean;
  readonly enter: (step: T, scope: StepScope) => StepMove;
  /** The run stayed here (wait, send) and what it stayed for has come. */
  readonly resume?: (step: T, cause: StepResume) => StepMove;
  /** When the wait that began at `since` is over; asked again when the user's zone changed. */
  readonly dueAt?: (step: T, since: number, zone: string) => number;
}
