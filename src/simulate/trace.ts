import type { Json, JsonObject } from "../domain/json.ts";
import { stableText } from "../domain/hash.ts";
import type { MessageContent } from "../domain/message/message.ts";
import type { Because, Fact } from "../domain/user/facts.ts";
import type { UserKey } from "../domain/user/user-key.ts";

/** What a trace tells of. Source: docs/language.md, Scripts. */
export const traceTypes = [
  "segment-entered",
  "segment-left",
  "run-started",
  "run-refused",
  "step-entered",
  "waiting",
  "message",
  "message-skipped",
  "goal",
  "attribute-set",
  "tag-added",
  "webhook",
  "run-ended",
] as const;

/** One line of a trace; instants are ISO 8601 UTC. Which fields there are depends on the type. */
export interface TraceItem {
  readonly type: (typeof traceTypes)[number];
  readonly at: string;
  readonly userId?: string;
  /** Instead of `userId`, of a user who is known by that id only. */
  readonly anonymousId?: string;
  readonly journey?: string;
  readonly version?: number;
  readonly run?: string;
  /** Value of the journey's key; null where it has none. */
  readonly key?: string | null;
  readonly step?: string;
  /** step-entered: the way taken out of the step before. */
  readonly path?: string;
  readonly segment?: string;
  readonly reason?: string;
  readonly because?: Because;
  /** waiting: absent when something has to happen. */
  readonly until?: string;
  readonly goal?: string;
  readonly attribute?: string;
  /** attribute-set: absent when it was removed. */
  readonly value?: Json;
  readonly tag?: string;
  /** Id of the message. */
  readonly message?: string;
  readonly channel?: string;
  readonly template?: string;
  readonly topic?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly body?: string;
  readonly html?: string;
  /** message: "sent" or "uncertain"; message-skipped: "skipped" or "failed"; webhook: the endpoint's HTTP status. */
  readonly status?: string | number;
  /** A join or leave that starts no journeys. */
  readonly silent?: true;
}

/** What a trace is made of beside the facts: content of messages, where it is at hand. */
export interface TraceSources {
  readonly content: (message: string) => MessageContent | undefined;
}

/** Turns one user's facts, in their order, into lines of a trace. Keeps what was told before: attributes are told by what is new in them. */
export class Tracer {
  #attributes: JsonObject = {};
  readonly #left = new Map<string, Extract<Fact, { kind: "step-left" }>>();
  readonly #who: Pick<TraceItem, "userId" | "anonymousId">;
  readonly #sources: TraceSources;

  constructor(user: UserKey, sources: TraceSources) {
    this.#who = user.startsWith("u:") ? { userId: user.slice(2) } : { anonymousId: user.slice(2) };
    this.#sources = sources;
  }

  /** Lines of one decision's facts. */
  take(facts: readonly Fact[]): readonly TraceItem[] {
    const told = new Set(facts.flatMap((fact) => (fact.kind === "attribute-set" ? [fact.attribute] : [])));
    return facts.flatMap((fact) => this.#lines(fact, told));
  }

  #lines(fact: Fact, told: ReadonlySet<string>): readonly TraceItem[] {
    const line = (type: TraceItem["type"], more: Omit<TraceItem, "type" | "at" | "userId">): readonly TraceItem[] => [
      { at: instantOf(fact.at), ...this.#who, type, ...more },
    ];
    switch (fact.kind) {
      case "user":
        return this.#changed(fact.attributes)
          .filter(([name]) => !told.has(name))
          .flatMap(([attribute, value]) => line("attribute-set", { attribute, ...(value !== undefined && { value }) }));
      case "segment-entered":
      case "segment-left":
        return line(fact.kind, { segment: fact.segment, ...becauseOf(fact), ...(fact.silent === true && { silent: true }) });
      case "run-started":
        return line("run-started", { ...placeOf(fact), key: fact.key, ...becauseOf(fact) });
      case "run-refused":
        return line("run-refused", { journey: fact.journey, version: fact.version, reason: fact.reason, ...becauseOf(fact) });
      case "step-left":
        this.#left.set(fact.run, fact);
        return [];
      case "step-entered": {
        const before = this.#left.get(fact.run);
        this.#left.delete(fact.run);
        return line("step-entered", {
          ...placeOf(fact),
          step: fact.step,
          ...(before?.path !== undefined && { path: before.path }),
          ...(before && becauseOf(before)),
          ...becauseOf(fact),
        });
      }
      case "waiting":
        return line("waiting", { ...placeOf(fact), step: fact.step, ...(fact.until !== undefined && { until: instantOf(fact.until) }) });
      case "run-ended":
        this.#left.delete(fact.run);
        return line("run-ended", { ...placeOf(fact), step: fact.step, reason: fact.reason, ...becauseOf(fact) });
      case "goal":
        return line("goal", { ...placeOf(fact), goal: fact.goal, ...becauseOf(fact) });
      case "message":
        return this.#message(fact, line);
      case "tag-added":
        return line("tag-added", { tag: fact.tag });
      case "attribute-set":
        return line("attribute-set", {
          attribute: fact.attribute,
          ...(fact.value !== undefined && { value: fact.value }),
          ...(fact.run !== undefined && { run: fact.run }),
        });
      case "webhook":
        return line("webhook", {
          ...placeOf(fact),
          step: fact.step,
          ...(fact.status !== undefined && { status: fact.status }),
          ...(fact.reason !== undefined && { reason: fact.reason }),
        });
      default:
        return [];
    }
  }

  /** Sent messages and those that never will be; one that is held is a wait of its run. */
  #message(
    fact: Extract<Fact, { kind: "message" }>,
    line: (type: TraceItem["type"], more: Omit<TraceItem, "type" | "at" | "userId">) => readonly TraceItem[],
  ): readonly TraceItem[] {
    // A copy for one more device is told with its message.
    if (fact.of !== undefined) return [];
    const place = {
      ...(fact.journey !== undefined && { journey: fact.journey }),
      ...(fact.version !== undefined && { version: fact.version }),
      ...(fact.run !== undefined && { run: fact.run }),
      ...(fact.step !== undefined && { step: fact.step }),
    };
    const what = {
      message: fact.message,
      channel: fact.channel,
      template: fact.template,
      ...(fact.topic !== undefined && { topic: fact.topic }),
      ...(fact.to !== undefined && { to: fact.to }),
      status: fact.status,
      ...(fact.reason !== undefined && { reason: fact.reason }),
    };
    switch (fact.status) {
      case "held":
        return line("waiting", {
          ...place,
          ...(fact.until !== undefined && { until: instantOf(fact.until) }),
          ...(fact.reason !== undefined && { reason: fact.reason }),
        });
      case "sent":
      case "uncertain":
        return line("message", { ...place, ...what, ...textsOf(this.#sources.content(fact.message)) });
      case "skipped":
      case "failed":
        return line("message-skipped", { ...place, ...what });
      default:
        return [];
    }
  }

  /** Attributes whose value is another than when last told; undefined = removed. */
  #changed(attributes: JsonObject): readonly (readonly [name: string, value: Json | undefined])[] {
    const before = this.#attributes;
    this.#attributes = attributes;
    const names = new Set([...Object.keys(before), ...Object.keys(attributes)]);
    return [...names].flatMap((name) => {
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      const old = Object.hasOwn(before, name) ? before[name] : undefined;
      return old === value || (old !== undefined && value !== undefined && stableText(old) === stableText(value))
        ? []
        : [[name, value] as const];
    });
  }
}

const instantOf = (ms: number): string => new Date(ms).toISOString();

const becauseOf = ({ because }: { readonly because?: Because | undefined }): { readonly because?: Because } =>
  because === undefined ? {} : { because };

const placeOf = ({ journey, version, run }: { readonly journey: string; readonly version: number; readonly run: string }) => ({
  journey,
  version,
  run,
});

const textsOf = (content: MessageContent | undefined): Pick<TraceItem, "subject" | "body" | "html"> => {
  switch (content?.channel) {
    case "email":
      return { subject: content.subject, body: content.text, html: content.html };
    case "push":
      return { subject: content.title, body: content.body };
    case "sms":
    case "webhook":
      return { body: content.body };
    case "whatsapp":
      return content.body === undefined ? {} : { body: content.body };
    case "slack":
      return { body: content.text };
    default:
      return {};
  }
};
