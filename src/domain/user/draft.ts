import type { UserEvent, EventOrder } from "../event/event.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, Message, MessageStatus } from "../message/message.ts";
import type { Aspect } from "../segment/condition.ts";
import type { Touched } from "../segment/members.ts";
import type { DecideContext, Decision } from "./decide.ts";
import type { Because, Fact } from "./facts.ts";
import type { OpenAsk, Profile, Run, UserState } from "./state.ts";
import type { UserKey } from "./user-key.ts";

/** Why the user's state moves at this instant, as far as entries and facts need to know. */
export interface Cause {
  /** Runs started now count exits and goals from here on. */
  readonly order: EventOrder;
  /** The event at hand; null for timers and calls. */
  readonly event: UserEvent | null;
  /** What makes run ids unique and stable: the event's id, or what else happened and when. */
  readonly id: string;
  /** May it start journeys? Late and backfilled events, imports of history and changed definitions may not. */
  readonly enters: boolean;
}

export interface GroupChange {
  readonly type: string;
  readonly id: string;
  readonly change: "joined" | "left" | "changed";
  /** It joined before, and hears only now what the group says of itself. */
  readonly told?: true;
}

/** What has changed since conditions were last asked; filled by whatever changes the state, emptied by `moveOn`. */
export interface Changes {
  eventName: string | undefined;
  attributes: string[];
  tags: string[];
  segments: string[];
  aspects: Aspect[];
  /** Messages whose status is another now. */
  messages: string[];
  /** The same with the status each had; absent = it was just made. */
  statuses: { readonly message: string; readonly before: MessageStatus | undefined }[];
  /** Groups the user joined or left, and those that said something new of themselves (or of this membership). */
  groups: GroupChange[];
  /** Ask everything again: first contact, a new catalog, a merge. */
  all: boolean;
}

/** An entry asked for by name: the enter call, the enter step, a schedule, a broadcast. */
export interface AskedEntry {
  readonly journey: string;
  readonly properties?: JsonObject;
  readonly because: Because;
  /** Makes the run's id; the same again is the same run. */
  readonly id: string;
  /** The user must be in this segment. */
  readonly segment?: string;
}

/**
 * A decision in the making. The state's fields are replaced, never changed in place, so a field nothing touched keeps its
 * reference and costs no write. `at` is the instant being decided: a timer's own when it was overdue.
 */
export interface Draft {
  readonly before: UserState;
  readonly state: { -readonly [Field in keyof UserState]: UserState[Field] };
  readonly context: DecideContext;
  at: number;
  readonly changes: Changes;
  /** The attributes when attribute triggers were last asked: what has changed since is what they are asked about. */
  told: Profile["attributes"];
  readonly facts: Fact[];
  readonly messages: Map<string, Message>;
  readonly deliver: Map<string, Channel>;
  readonly merges: { readonly merge: string; readonly from: UserKey }[];
  /** Events that steps emitted, applied one by one before the next step is taken. */
  readonly emitted: UserEvent[];
  /** Entries that calls and steps asked for, tried in the next round. */
  readonly asked: AskedEntry[];
  /** Questions for the outside. */
  readonly asks: Map<string, OpenAsk>;
  /** Runs that a timer moved at this instant, not the event that came at the same one; until they come to a step that counts events. */
  readonly byTime: Set<string>;
  /** The directory row has to be written again. */
  userChanged: boolean;
}

export const openDraft = (state: UserState, context: DecideContext): Draft => ({
  before: state,
  state: { ...state },
  context,
  at: context.now,
  changes: {
    eventName: undefined,
    attributes: [],
    tags: [],
    segments: [],
    aspects: [],
    messages: [],
    statuses: [],
    groups: [],
    all: false,
  },
  told: state.profile.attributes,
  facts: [],
  messages: new Map(),
  deliver: new Map(),
  merges: [],
  emitted: [],
  asked: [],
  asks: new Map(),
  byTime: new Set(),
  userChanged: false,
});

/** What the drafted state asks of the shell. `nextDue` is the caller's to compute: it needs every part. */
export const closeDraft = (draft: Draft, nextDue: number | undefined): Decision => ({
  state: isSame(draft.before, draft.state) ? draft.before : draft.state,
  facts: draft.facts,
  messages: [...draft.messages.values()],
  // A message taken back later in the same decision (exited, settled) must not be offered.
  deliver: [...draft.deliver]
    .filter(([id]) => draft.state.open[id]?.status === "queued")
    .map(([message, channel]) => ({ channel, message })),
  merges: draft.merges,
  asks: [...draft.asks.values()].filter(({ id }) => draft.state.asks[id] !== undefined),
  nextDue,
});

const isSame = (before: UserState, after: UserState): boolean =>
  before.profile === after.profile &&
  before.memberships === after.memberships &&
  before.runs === after.runs &&
  before.goals === after.goals &&
  before.entries === after.entries &&
  before.open === after.open &&
  before.asks === after.asks &&
  before.claims === after.claims &&
  before.meta === after.meta;

export const setRun = (draft: Draft, run: Run): void => {
  draft.state.runs = { ...draft.state.runs, [run.id]: run };
};

export const removeRun = (draft: Draft, id: string): void => {
  draft.state.runs = without(draft.state.runs, id);
};

export const setProfile = (draft: Draft, change: Partial<Profile>): void => {
  draft.state.profile = { ...draft.state.profile, ...change };
};

/** The record without a key; the same reference when it was not there. */
export const without = <T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> => {
  if (!Object.hasOwn(record, key)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
};

/** What segments are to be asked about, in their language. */
export const touchedBy = (changes: Changes, due: number | undefined): Touched => ({
  ...(changes.eventName !== undefined && { eventName: changes.eventName }),
  ...(changes.attributes.length > 0 && { attributes: changes.attributes }),
  ...(changes.tags.length > 0 && { tags: changes.tags }),
  ...(changes.aspects.length > 0 && { aspects: changes.aspects }),
  ...(due !== undefined && { due }),
  ...(changes.all && { all: true }),
});

export const forgetChanges = (changes: Changes): void => {
  changes.eventName = undefined;
  changes.attributes = [];
  changes.tags = [];
  changes.segments = [];
  changes.aspects = [];
  changes.messages = [];
  changes.statuses = [];
  changes.groups = [];
  changes.all = false;
};
