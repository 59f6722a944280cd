import type { CatalogDocument, CatalogProvider, PublishedJourney, Catalog } from "../catalog/catalog.ts";
import { compileCatalog, withPinnedJourneys } from "../catalog/compile.ts";
import { topicSchema } from "../consent/topic.ts";
import type { UserEvent } from "../event/event.ts";
import { journeySchema } from "../journey/journey.ts";
import { segmentSchema } from "../segment/segment.ts";
import { workspaceRulesSchema } from "../sending/rules.ts";
import { templateSchema } from "../template/template.ts";
import { claim, type ClaimContext } from "./claim.ts";
import { decide, type ClaimDecision, type Decision } from "./decide.ts";
import type { Fact } from "./facts.ts";
import { MemoryHistory } from "./memory-history.ts";
import { newUser } from "./new-user.ts";
import type { UserState } from "./state.ts";
import type { Place, Stimulus } from "./stimulus.ts";
import type { UserKey } from "./user-key.ts";
import type { JsonObject } from "../json.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The instant at which tests begin. */
export const START = Date.UTC(2026, 0, 5, 8);

const template = (key: string, channel: "email" | "sms" | "push" | "webhook", content: object) => ({
  key,
  channel,
  name: key,
  defaultLocale: "en",
  locales: { en: content },
});
const templates = [
  template("hello", "email", { subject: "Hello", html: "<p>Hello</p>" }),
  template("text", "sms", { body: "Hello" }),
  template("note", "push", { title: "Hello", body: "Hello" }),
  template("hook", "webhook", { url: "https://example.com/hook", method: "POST", body: "{}" }),
].map((one) => templateSchema.parse(one));

const provider = (key: string, channel: CatalogProvider["channel"], more: Partial<CatalogProvider> = {}): CatalogProvider => ({
  key,
  channel,
  type: key,
  default: true,
  resendUncertain: false,
  ...more,
});

export interface CatalogParts {
  readonly version?: number;
  readonly segments?: readonly object[];
  /** Journeys as people write them; `status`, `version` and what else publishing adds beside them. */
  readonly journeys?: readonly (Partial<Omit<PublishedJourney, "definition">> & { readonly definition: object })[];
  readonly pinned?: readonly { readonly version: number; readonly definition: object }[];
  readonly providers?: readonly CatalogProvider[];
  readonly timezone?: string;
  /** As people write them. */
  readonly rules?: object;
  readonly topics?: readonly object[];
}

const published = ({
  definition,
  ...more
}: Partial<Omit<PublishedJourney, "definition">> & { readonly definition: object }): PublishedJourney => ({
  status: "live",
  version: 1,
  ...more,
  definition: journeySchema.parse(definition),
});

/** A compiled catalog of what a test needs, with one template and one default provider per channel. */
export const catalogOf = (parts: CatalogParts = {}): Catalog => {
  const document: CatalogDocument = {
    workspace: "w",
    version: parts.version ?? 1,
    timezone: parts.timezone ?? "UTC",
    name: "Test",
    segments: (parts.segments ?? []).map((segment) => segmentSchema.parse({ name: "S", kind: "dynamic", ...segment })),
    journeys: (parts.journeys ?? []).map(published),
    templates,
    ...(parts.rules && { rules: workspaceRulesSchema.parse(parts.rules) }),
    ...(parts.topics && { topics: parts.topics.map((topic) => topicSchema.parse(topic)) }),
    providers: parts.providers ?? [provider("outbox", "email"), provider("texts", "sms"), provider("hooks", "webhook")],
  };
  const catalog = compileCatalog(document);
  return parts.pinned === undefined ? catalog : withPinnedJourneys(catalog, parts.pinned.map(published));
};

/** A journey with the dull fields filled in. */
export const journey = (fields: object): object => ({
  key: "j",
  name: "J",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  start: "wait",
  steps: { wait: { type: "wait", for: "PT1H", next: "end" }, end: { type: "exit" } },
  ...fields,
});

/** The usual one: an email at once, then the end. */
export const sendJourney = (fields: object = {}, send: object = {}): object =>
  journey({
    start: "send",
    steps: {
      send: { type: "send", channel: "email", template: "hello", next: "after", ...send },
      after: { type: "wait", for: "PT1H", next: "end" },
      end: { type: "exit" },
    },
    ...fields,
  });

let lastEvent = 0;

/** A track call at `time`, received then unless said otherwise. */
export const track = (name: string, time: number, more: Partial<UserEvent> = {}): UserEvent => ({
  id: `e${++lastEvent}`,
  type: "track",
  userId: "u",
  event: name,
  time,
  receivedAt: time,
  index: 0,
  key: "client",
  ...more,
});

export const identify = (traits: JsonObject, time: number, more: Partial<UserEvent> = {}): UserEvent => ({
  id: `e${++lastEvent}`,
  type: "identify",
  userId: "u",
  traits,
  time,
  receivedAt: time,
  index: 0,
  key: "client",
  ...more,
});

/** A user carried through stimuli as the object does it: state and messages kept, facts collected, intents counted. */
export class TestUser {
  state: UserState;
  now = START;
  catalog: Catalog;
  readonly history = new MemoryHistory();
  readonly facts: Fact[] = [];
  readonly decisions: Decision[] = [];

  constructor(catalog: Catalog, user: UserKey = "u:u", now = START) {
    this.catalog = catalog;
    this.now = now;
    this.state = newUser("w", user, now);
  }

  do(stimulus: Stimulus, now = this.now): Decision {
    this.now = Math.max(this.now, now);
    return this.#keep(decide(this.state, stimulus, { now: this.now, catalog: this.catalog, history: this.history }));
  }

  event(event: UserEvent, now = Math.max(this.now, event.receivedAt)): Decision {
    return this.do({ type: "event", event }, now);
  }

  tick(now: number): Decision {
    return this.do({ type: "tick" }, now);
  }

  /** Runs every alarm up to `until`, each at its own instant. */
  sleep(until: number): void {
    for (let due = this.nextDue; due !== undefined && due <= until; due = this.nextDue) this.tick(Math.max(due, this.now));
    this.now = Math.max(this.now, until);
  }

  get nextDue(): number | undefined {
    return this.decisions.at(-1)?.nextDue;
  }

  claim(message: string, now = this.now, render: ClaimContext["render"] = renderAnything, place?: Place): ClaimDecision {
    this.now = Math.max(this.now, now);
    const decision = claim(
      this.state,
      { message, workspace: {}, ...(place && { place }) },
      { now: this.now, catalog: this.catalog, history: this.history, render },
    );
    this.#keep(decision);
    return decision;
  }

  /** Claims a message and settles it as accepted. */
  accept(message: string, now = this.now): void {
    const { claim: answer } = this.claim(message, now);
    if (answer.kind === "send") this.do({ type: "settled", message, attempt: answer.attempt, outcome: { kind: "accepted" } });
  }

  kinds(...kinds: readonly Fact["kind"][]): readonly Fact[] {
    return this.facts.filter((fact) => kinds.includes(fact.kind));
  }

  /** Reasons of refused runs. */
  get refusals(): readonly string[] {
    return this.facts.flatMap((fact) => (fact.kind === "run-refused" ? [fact.reason] : []));
  }

  /** Reasons of ended runs. */
  get endings(): readonly string[] {
    return this.facts.flatMap((fact) => (fact.kind === "run-ended" ? [fact.reason] : []));
  }

  get steps(): readonly string[] {
    return this.facts.flatMap((fact) => (fact.kind === "step-entered" ? [fact.step] : []));
  }

  /** Ids of every message ever queued, in order. */
  get messages(): readonly string[] {
    return [...new Set(this.facts.flatMap((fact) => (fact.kind === "message" ? [fact.message] : [])))];
  }

  get segments(): readonly string[] {
    return Object.entries(this.state.memberships)
      .flatMap(([key, { member }]) => (member ? [key] : []))
      .toSorted();
  }

  get runs() {
    return Object.values(this.state.runs);
  }

  #keep<D extends Decision>(decision: D): D {
    this.state = decision.state;
    this.facts.push(...decision.facts);
    for (const message of decision.messages) this.history.putMessage(message);
    this.decisions.push(decision);
    return decision;
  }
}

/** Renders nothing in particular, on the template's own channel. */
export const renderAnything: ClaimContext["render"] = (template) => ({
  ok: true,
  content:
    template.channel === "email"
      ? { channel: "email", subject: "Hello", html: "<p>Hello</p>", text: "Hello" }
      : template.channel === "sms"
        ? { channel: "sms", body: "Hello" }
        : template.channel === "push"
          ? { channel: "push", title: "Hello", body: "Hello" }
          : { channel: "webhook", url: "https://example.com/hook", method: "POST", headers: {}, body: "{}" },
});
