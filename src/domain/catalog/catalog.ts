import type { JourneyDefinition } from "../journey/journey.ts";
import type { TriggerSource } from "../journey/trigger.ts";
import type { DeviceKind } from "../message/device-kind.ts";
import type { Channel, MessageStatus } from "../message/message.ts";
import type { TopicDefinition } from "../consent/topic.ts";
import type { LinkSettings } from "../links/link-settings.ts";
import type { WorkspaceRules } from "../sending/rules.ts";
import type { CompiledCondition, Reach, Tally } from "../segment/condition.ts";
import type { SegmentDefinition } from "../segment/segment.ts";
import type { CatalogStream } from "../stream/stream.ts";
import type { TemplateDefinition } from "../template/template.ts";
import type { NameIndex } from "./name-index.ts";

/**
 * The published definitions of a workspace as plain JSON: what D1 keeps under one immutable version number, and what
 * `compileCatalog` turns into functions and indexes, once per isolate and version.
 */
export interface CatalogDocument {
  readonly workspace: string;
  readonly version: number;
  readonly timezone: string;
  readonly name: string;
  readonly segments: readonly SegmentDefinition[];
  /** Live journeys only; drafts are not in the catalog. */
  readonly journeys: readonly PublishedJourney[];
  readonly templates: readonly TemplateDefinition[];
  /** Providers without their settings: which exist, for which channel, which is the default. */
  readonly providers: readonly CatalogProvider[];
  /** Caps, quiet hours and named windows; left out = none. */
  readonly rules?: WorkspaceRules;
  readonly topics?: readonly TopicDefinition[];
  /** What goes into each stream; left out = there are none. */
  readonly streams?: readonly CatalogStream[];
  /** Where links in messages lead and what they tell; left out = nothing said. */
  readonly links?: LinkSettings;
  /** Addresses are on the workspace's suppression list: each is looked up before anything is sent to it. */
  readonly listed?: true;
}

export interface PublishedJourney {
  readonly version: number;
  readonly status: "live" | "paused" | "stopped";
  readonly definition: JourneyDefinition;
  /** Runs of versions below this one are moved to it (publish with `inFlight: "move"`); it is this version or an older one. */
  readonly moveTo?: number;
  /** Since when (ms) it takes users in by its present trigger: dates and schedules do not fire for what was before. Left out: for ever. */
  readonly since?: number;
  /** Of a paused one: since when, ms. */
  readonly pausedAt?: number;
  /** The last pause that is over: what fell due in it does as `late` says. Instants in ms. */
  readonly resumed?: { readonly pausedAt: number; readonly resumedAt: number; readonly late: "go-on" | "skip" | "exit" };
}

export interface CatalogProvider {
  readonly key: string;
  readonly channel: Channel;
  readonly type: string;
  readonly default: boolean;
  /** May an attempt whose outcome is unknown be sent again? True where the provider has an idempotency key or the operator said so. */
  readonly resendUncertain: boolean;
  /** At most so many messages in any window of that length; left out = no limit is kept. */
  readonly rate?: { readonly count: number; readonly perMs: number };
  /** Key of the provider that is asked after a definite refusal. */
  readonly fallback?: string;
  /** It said that its operator must act: nothing is sent by it until somebody has. */
  readonly paused?: true;
  /** Of push: which tokens it reaches; left out = any. */
  readonly devices?: readonly DeviceKind[];
  /** Statuses it tells of after `sent`; left out = perhaps any. Steps wait for no status that nobody will tell of. */
  readonly reports?: readonly MessageStatus[];
}

export interface CompiledSegment {
  readonly key: string;
  readonly hash: string;
  readonly condition: CompiledCondition;
}

export interface CompiledJourney {
  readonly key: string;
  readonly version: number;
  readonly status: PublishedJourney["status"];
  readonly definition: JourneyDefinition;
  readonly moveTo: number | undefined;
  /** ms; 0 = for ever. */
  readonly since: number;
  readonly resumed: PublishedJourney["resumed"];
  readonly trigger: TriggerSource;
  readonly audience: CompiledCondition | undefined;
  readonly exit: CompiledCondition | undefined;
  readonly goals: readonly { readonly key: string; readonly withinMs: number | undefined; readonly condition: CompiledCondition }[];
  /** Conditions inside steps, by "<step>/<path index>". */
  readonly stepConditions: Readonly<Record<string, CompiledCondition>>;
  /** What steps themselves look at, and how far back. */
  readonly looks: readonly Reach[];
  /** Every tally of the conditions and looks above. */
  readonly tallies: readonly Tally[];
}

/** What decide works with: definitions by key, and indexes from what an event touches to what it may change. */
export interface Catalog {
  readonly document: CatalogDocument;
  readonly segments: ReadonlyMap<string, CompiledSegment>;
  /** Segments in dependency order: nested ones before those that ask for them. */
  readonly segmentOrder: readonly string[];
  /** The current version of each journey. */
  readonly journeys: ReadonlyMap<string, CompiledJourney>;
  /** Older versions that live runs are pinned to: "key@version". The shell loads those `neededVersions` names. */
  readonly pinned: ReadonlyMap<string, CompiledJourney>;
  readonly templates: ReadonlyMap<string, TemplateDefinition>;
  /** Positions in `segmentOrder`, by key and by what a segment's condition depends on. */
  readonly segmentPositions: ReadonlyMap<string, number>;
  readonly segmentsByEvent: NameIndex<number>;
  /** "*" holds those that depend on any attribute. */
  readonly segmentsByAttribute: ReadonlyMap<string, readonly number[]>;
  readonly segmentsByTag: ReadonlyMap<string, readonly number[]>;
  readonly segmentsByAspect: ReadonlyMap<string, readonly number[]>;
  readonly segmentsBySegment: ReadonlyMap<string, readonly number[]>;
  /** Current versions, whatever their status, by what starts them. */
  readonly journeysByEvent: NameIndex<CompiledJourney>;
  readonly journeysBySegment: ReadonlyMap<string, readonly CompiledJourney[]>;
  /** By top-level attribute. */
  readonly journeysByAttribute: ReadonlyMap<string, readonly CompiledJourney[]>;
  /** By group type; "*" holds those for groups of any type. */
  readonly journeysByGroup: ReadonlyMap<string, readonly CompiledJourney[]>;
  /** By "template:<key>" and "journey:<key>". */
  readonly journeysByMessage: ReadonlyMap<string, readonly CompiledJourney[]>;
  /** Those that a date of the user's starts: each user's next one is among its timers. */
  readonly journeysByDate: readonly CompiledJourney[];
  /** Tallies of segments, current journeys and pinned ones, each once; by id and by history name. */
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly talliesByName: NameIndex<Tally>;
}
