import type { ZodType } from "zod";
import type { TopicDefinition } from "../consent/topic.ts";
import type { UserEvent } from "../event/event.ts";
import type { Because } from "../user/facts.ts";
import type { History } from "../user/history.ts";
import type { Run, UserState } from "../user/state.ts";

/** What a condition may look at. `now` is the instant asked about: all events up to it are in history. */
export interface ConditionScope {
  readonly state: UserState;
  readonly history: History;
  readonly now: number;
  /** Inside a journey: the run asked for (an audience is asked with the run that would start), and where counting starts. */
  readonly run?: Pick<Run, "id" | "key" | "enteredAt" | "entryOrder" | "trigger" | "stepEnteredAt" | "stepOrder" | "properties">;
  /** Where an event condition without `since` of its own starts counting. */
  readonly since: Since;
}

/** ever: the whole history; entry: the trigger's own time on, it not included; step: since the run came to its step. */
export type Since = "ever" | "entry" | "step";

/** The answer: truth now, when it may differ next without any event, and what decided. */
export interface Verdict {
  readonly value: boolean;
  /** First instant > now at which the truth may change by itself; undefined = never. May be early (asked again then), never late. */
  readonly nextChange?: number;
  readonly because?: Because;
}

/**
 * Parts of a user beside history, attributes, segments and tags that a condition may ask about: `messages`: statuses of
 * messages; `consent`: subscriptions and suppressions; `devices`; `groups`: memberships and what groups are; `manual`:
 * membership in manual segments.
 */
export type Aspect = "messages" | "consent" | "devices" | "groups" | "manual";

/** What may change a condition's truth; the catalog indexes definitions by these. */
export interface Dependencies {
  /** History names ("track:Order Completed"), or prefixes with a trailing "*" ("track:*"). */
  readonly events: readonly string[];
  /** Top-level attribute names; "*" = any. */
  readonly attributes: readonly string[];
  readonly segments: readonly string[];
  readonly tags: readonly string[];
  readonly aspects: readonly Aspect[];
}

/**
 * Events a condition counts, kept as an index of matches so that no question scans history.
 * Two conditions that count the same events share a tally.
 */
export interface Tally {
  /** Stable hash of name, filters and key path. */
  readonly id: string;
  /** History name or prefix with "*". */
  readonly name: string;
  readonly matches: (event: UserEvent) => boolean;
  /** Keyed tallies: the value of the key on this event; null = no key (no match in a keyed tally). */
  readonly key: ((event: UserEvent) => string | null) | null;
  /** The key is the run's id, not the run's key. */
  readonly perRun?: true;
  /** Files a matching event in its own way; left out: one match under the tally's id. `past`: counted long after it came, perhaps for the second time. */
  readonly file?: (event: UserEvent, key: string | null, to: { readonly history: History; readonly past: boolean }) => void;
}

/** How far back a condition looks for events of one name: what is older than all bounds given cannot move it. */
export interface Reach {
  /** History name, or prefix with "*"; that of the tally where there is one. */
  readonly name: string;
  /** Rolling: only events younger than this (ms) count. */
  readonly withinMs?: number;
  /** Only events after this instant (ms) count. */
  readonly after?: number;
  /** Inside a journey, where counting starts; left out = as the place where the condition stands has it. */
  readonly since?: Since;
}

/** A condition ready to be asked: pure, made once per catalog version. */
export interface CompiledCondition {
  readonly evaluate: (scope: ConditionScope) => Verdict;
  readonly dependsOn: Dependencies;
  readonly tallies: readonly Tally[];
  /** Left out: every event it depends on, for ever. Events out of reach of all conditions may be pruned. */
  readonly reaches?: readonly Reach[];
}

/** Any condition's JSON, once its schema has passed: nested ones are typed no closer than this. */
export interface ConditionJson {
  readonly type: string;
}

/** What a condition's compile may use. */
export interface CompileContext {
  /** Dotted path of the condition in its definition, for errors. */
  readonly path: string;
  /** Compiles a nested condition found at `path` below this one. */
  readonly compile: (condition: ConditionJson, path: string) => CompiledCondition;
  /** Inside a journey `since` may be said; elsewhere it is refused. */
  readonly inJourney: boolean;
  /** Inside a keyed journey: the path of the run's key on events. */
  readonly keyPath?: string;
  /** The workspace's zone, for users without one. */
  readonly timezone: string;
  /** The workspace's topics: what a user is in one who never said anything. */
  readonly topics?: readonly TopicDefinition[];
}

/**
 * A condition type: ONE file in conditions/ and one line in conditions/all.ts.
 * `schema` makes the strict zod object with its literal `type` (given the schema of nested conditions); everything else
 * (union, validation, docs) derives from the registry.
 */
export interface ConditionType<T extends ConditionJson> {
  readonly type: T["type"];
  readonly schema: (nested: ZodType<ConditionJson>) => ZodType<T>;
  readonly compile: (condition: T, context: CompileContext) => CompiledCondition;
}
