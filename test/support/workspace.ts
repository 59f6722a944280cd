import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { EventsMessage } from "../../src/api/queue.ts";
import type { CatalogDocument, CatalogProvider } from "../../src/domain/catalog/catalog.ts";
import { topicSchema } from "../../src/domain/consent/topic.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { type JourneyDefinition, journeySchema } from "../../src/domain/journey/journey.ts";
import { type SegmentDefinition, segmentSchema } from "../../src/domain/segment/segment.ts";
import { workspaceRulesSchema } from "../../src/domain/sending/rules.ts";
import { type TemplateDefinition, templateSchema } from "../../src/domain/template/template.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { commitCatalog, readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { userObject } from "../../workers/user-stub.ts";

/** Definitions as people write them. */
export interface Definitions {
  readonly segments?: readonly unknown[];
  readonly journeys?: readonly unknown[];
  readonly templates?: readonly unknown[];
  readonly providers?: readonly CatalogProvider[];
  readonly rules?: unknown;
  readonly topics?: readonly unknown[];
  /** Status of the journeys; live unless said otherwise. */
  readonly status?: "live" | "paused" | "stopped";
}

let made = 0;

/** A workspace of its own for a test, with definitions live. Answers its id. */
export const newWorkspace = async (definitions: Definitions = {}): Promise<string> => {
  const workspace = `ws-${Math.random().toString(36).slice(2, 8)}-${++made}`;
  await env.DB.prepare("INSERT INTO workspaces (id, name, created_at) VALUES (?1, ?1, 0)").bind(workspace).run();
  await publish(workspace, definitions);
  return workspace;
};

/** Makes definitions the live ones, as the next version. Journeys get that version too. */
export const publish = async (workspace: string, definitions: Definitions): Promise<number> => {
  const version = (await readLiveVersion(env.DB, workspace)) + 1;
  const journeys = (definitions.journeys ?? []).map((journey): JourneyDefinition => journeySchema.parse(journey));
  const document: CatalogDocument = {
    workspace,
    version,
    timezone: "UTC",
    name: workspace,
    segments: (definitions.segments ?? []).map((segment): SegmentDefinition => segmentSchema.parse(segment)),
    templates: (definitions.templates ?? []).map((template): TemplateDefinition => templateSchema.parse(template)),
    journeys: journeys.map((definition) => ({ version, status: definitions.status ?? "live", definition })),
    ...(definitions.rules !== undefined && { rules: workspaceRulesSchema.parse(definitions.rules) }),
    ...(definitions.topics && { topics: definitions.topics.map((topic) => topicSchema.parse(topic)) }),
    providers: definitions.providers ?? [{ key: "outbox", channel: "email", type: "outbox", default: true, resendUncertain: true }],
  };
  const statements = journeys.map((definition) =>
    env.DB.prepare("INSERT INTO journey_versions (workspace, key, version, body, published_at) VALUES (?, ?, ?, ?, 0)").bind(
      workspace,
      definition.key,
      version,
      JSON.stringify(definition),
    ),
  );
  if (!(await commitCatalog(env.DB, document, { now: 0, statements }))) throw new Error(`expected to publish ${workspace}@${version}`);
  return version;
};

/** Waits for what alarms and queues bring about by themselves; generous, because a loaded machine is slow and a right answer comes at once. */
export const soon = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

let events = 0;

/** A track call of a user, now unless said otherwise. */
export const track = (userId: string, event: string, more: Partial<UserEvent> = {}): UserEvent => {
  const time = more.time ?? Date.now();
  return {
    id: `e${++events}-${Math.random().toString(36).slice(2)}`,
    type: "track",
    userId,
    event,
    time,
    receivedAt: time,
    index: 0,
    key: "client",
    ...more,
  };
};

/** An identify call; `more` as with track. */
export const identify = (userId: string, traits: UserEvent["traits"], more: Partial<UserEvent> = {}): UserEvent => {
  const { event: _event, ...rest } = track(userId, "", more);
  return { ...rest, type: "identify", ...(traits !== undefined && { traits }) };
};

/** Events as ingest leaves them: an intake row and the queue message that names it. */
export const accept = async (workspace: string, items: readonly UserEvent[]): Promise<EventsMessage> => {
  const message: EventsMessage = { intake: crypto.randomUUID(), shard: 0, workspace, items };
  const now = Date.now();
  await env.DB.prepare("INSERT INTO intake (id, workspace, body, received_at, retry_at) VALUES (?, ?, ?, ?, ?)")
    .bind(message.intake, workspace, JSON.stringify(message), now, now + 30_000)
    .run();
  return message;
};

/** A user's object. */
export const user = (workspace: string, key: UserKey) => userObject(env, workspace, key);

/** The object's name and id, for the tools that look inside. */
export const userStub = (workspace: string, key: UserKey) => env.USERS.getByName(`${workspace}:${key}`);

export const emailTemplate = {
  key: "hello",
  channel: "email",
  name: "Hello",
  defaultLocale: "en",
  locales: { en: { subject: "Hello {{ user.name | default: 'you' }}", html: "<p>Hello</p>", from: "us@example.com" } },
};
