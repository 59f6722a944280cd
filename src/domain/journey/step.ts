import type { ZodType } from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Channel, Message } from "../message/message.ts";
import type { Since, Tally, Reach, Verdict } from "../segment/condition.ts";
import type { BestTime } from "../sending/best-time.ts";
import type { Because } from "../user/facts.ts";
import type { History } from "../user/history.ts";
import type { AskAnswer, AskWish, Run, UserState } from "../user/state.ts";

/** What a step may know of the world when a run comes to it. */
export interface StepScope {
  /** The instant the run is at, ms: a timer's own instant when it was overdue. */
  readonly now: number;
  /** The user's IANA zone: attribute, newest call, workspace, UTC. Asked only by steps that need local time. */
  readonly zone: () => string;
  /** Asks the step's condition number `index`, inside this run. */
  readonly ask: (index: number) => Verdict;
  readonly run: Run;
  readonly state: UserState;
  readonly history: History;
  readonly catalog: Catalog;
  /** A message of this user, open or settled. */
  readonly message: (id: string) => Message | undefined;
  /** Prints Liquid that stands at `path` in the step over what templates see (docs/language.md, Templates). Throws Unprintable. */
  readonly print: (path: string, source: string) => string;
  /** The same as a value: what is exactly one `{{ … }}` keeps its type, all else is text. Throws Unprintable. */
  readonly value: (path: string, source: string) => Json;
  /** The user's place in [0, 100) for a salt: same user, same place, for ever. */
  readonly sample: (salt: string) => number;
}

/** A message a step wants sent; the run stays on the step until it is accepted, skipped or finally failed. */
export interface MessageWish {
  readonly channel: Channel;
  readonly template: string;
  readonly topic?: string | undefined;
  readonly transactional?: boolean | undefined;
  readonly provider?: string | undefined;
  readonly to?: string | undefined;
  readonly variant?: string | undefined;
  readonly window?: Message["window"] | undefined;
  readonly bestTime?: BestTime | undefined;
}

/** What a step changes as the run leaves it; the stimulus goes back to the segments before the next step. */
export type StepChange =
  | { readonly kind: "tags"; readonly add: readonly string[]; readonly remove: readonly string[] }
  | {
      readonly kind: "attributes";
      readonly set: JsonObject;
      readonly increment: Readonly<Record<string, number>>;
      readonly unset: readonly string[];
    }
  | { readonly kind: "members"; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: "event"; readonly name: string; readonly properties: JsonObject }
  | { readonly kind: "enter"; readonly journey: string; readonly properties?: JsonObject }
  | { readonly kind: "variables"; readonly set: JsonObject }
  /** Ids of the events collected, oldest first, and how many there were in all. */
  | { readonly kind: "digest"; readonly events: readonly string[]; readonly count: number }
  /** A holdout's two sides: messages from here on are withheld, or the run is one that those are compared with. */
  | { readonly kind: "withhold" }
  | { readonly kind: "treat" }
  /** A place under a limit per user was taken. */
  | { readonly kind: "passed"; readonly name: string; readonly keep: number };

/** What a step answers: where the run goes from here, and what is to change on the way. Plain data; `advance` carries it out. */
export type StepMove =
  /** On to the step `to`; undefined = nothing follows, the run is complete. */
  | {
      readonly kind: "go";
      readonly to: string | undefined;
      readonly path?: string;
      readonly because?: Because;
      readonly changes?: readonly StepChange[];
    }
  | { readonly kind: "wait"; readonly due: number }
  /** Stay until the step's conditions say otherwise: asked again (`resume` with "asked") when they are touched and at `nextChange`; "due" at `due`. */
  | { readonly kind: "until"; readonly due?: number; readonly nextChange?: number }
  /** The stay on the step begins anew, as if the run came to it now by the event at hand: its time, and what counts since the step. */
  | { readonly kind: "restart" }
  /** Stay until a message of the run has come further ("asked"), or `due`. */
  | { readonly kind: "status"; readonly message: string; readonly due?: number }
  /** Stay until the outside has answered ("answer"), or `due` (which comes as an answer `failed`). */
  | { readonly kind: "ask"; readonly wish: AskWish; readonly due: number }
  | { readonly kind: "send"; readonly message: MessageWish }
  | { readonly kind: "end"; readonly reason: string; readonly because?: Because };

/** Why a run that stayed on a step moves again. */
export type StepResume =
  | { readonly kind: "due" }
  /** What the step's conditions, its instant, or the message it looks at depend on has changed. */
  | { readonly kind: "asked" }
  | { readonly kind: "answer"; readonly answer: AskAnswer }
  /** `withheld`: the run is held out, so its message was made and not sent. */
  | { readonly kind: "message"; readonly result: "sent" | "uncertain" | "skipped" | "failed" | "withheld" };

/** A way out of a step: the step it leads to, and where the definition says so (path inside the step). */
export interface StepEdge {
  readonly path: readonly (string | number)[];
  readonly to: string;
  /** Going this way takes at least a minute, whatever else the step does. */
  readonly takesTime?: boolean;
}

/** Definitions a step names, with the place where it does. */
export interface StepReference {
  readonly kind: "template" | "provider" | "topic" | "journey" | "segment" | "manual-segment" | "window" | "step";
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
  /** What of the past the step itself looks at, beside its conditions: counted, and kept as long as it says. */
  readonly looksAt?: (step: T) => readonly (Tally & { readonly reach: Reach })[];
  /** Where event conditions of the step start counting when they do not say (default "ever"). */
  readonly since?: Since;
  /** True when passing this step takes at least a minute: every cycle in a graph needs one. */
  readonly takesTime?: (step: T) => boolean;
  readonly enter: (step: T, scope: StepScope) => StepMove;
  /** The run stayed here (wait, send) and what it stayed for has come. */
  readonly resume?: (step: T, cause: StepResume, scope: StepScope) => StepMove;
  /** When the wait that began at `since` is over; asked again when the user's zone, or one of `dueDependsOn`, changed. */
  readonly dueAt?: (step: T, since: number, scope: StepScope) => number | undefined;
  /** Top-level attributes the end of the wait is read from. */
  readonly dueDependsOn?: (step: T) => readonly string[];
}
