/** For tests of ingest: a workspace of its own with a key, and an environment whose intake and queue can be watched and broken. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseEventsMessage } from "../src/api/queue-codec.ts";
import type { EventsMessage } from "../src/api/queue.ts";
import { hashKey, type KeyKind, newKey } from "../src/storage/control/keys.ts";
import { ingest } from "../workers/ingest/ingest.ts";

/** Inserts a key of a fresh workspace (or the one given). */
export const makeKey = async (
  kind: KeyKind = "write",
  options: { readonly scopes?: readonly string[]; readonly workspace?: string; readonly expiresAt?: number } = {},
): Promise<{ readonly workspace: string; readonly key: string; readonly id: string }> => {
  const workspace = options.workspace ?? `w${crypto.randomUUID().slice(0, 8)}`;
  const key = newKey(kind);
  const id = crypto.randomUUID();
  await env.DB.prepare(
    "INSERT INTO keys (hash, id, workspace, kind, prefix, name, scopes, created_at, expires_at) VALUES (?,?,?,?,?,?,?,?,?)",
  )
    .bind(
      await hashKey(key),
      id,
      workspace,
      kind,
      key.slice(0, 7),
      "test",
      JSON.stringify(options.scopes ?? []),
      Date.now(),
      options.expiresAt ?? null,
    )
    .run();
  return { workspace, key, id };
};

/** Ingest with its own lanes: `writes` counts calls to the intake database, `sent` holds what the queue took, `break*` make them fail. */
export const makeIngest = (vars: { readonly INTAKE_ROWS?: string } = {}, further: { readonly INTAKE_1?: D1Database } = {}) => {
  const writes: number[] = [];
  const sent: EventsMessage[] = [];
  const sends: number[] = [];
  const broken = { intake: false, queue: false };
  const contexts: ExecutionContext[] = [];
  // Only what ingest calls, in front of the real database.
  const intake = {
    prepare: (sql: string) => {
      if (broken.intake) throw new Error("D1_ERROR: overloaded");
      if (sql.startsWith("INSERT INTO intake")) writes.push(sql.split("),(").length);
      return env.INTAKE_0.prepare(sql);
    },
    batch: (statements: D1PreparedStatement[]) => env.INTAKE_0.batch(statements),
  } as unknown as D1Database;
  const queue = {
    sendBatch: async (messages: { readonly body: unknown; readonly contentType?: string }[]) => {
      if (broken.queue) throw new Error("Too Many Requests");
      sends.push(messages.length);
      for (const message of messages) sent.push(parseEventsMessage(message.body));
    },
  } as unknown as Queue<EventsMessage | string>;
  const testEnv = { ...env, INTAKE_0: intake, EVENTS: queue, ...vars, ...further };
  return {
    writes,
    sent,
    sends,
    broken,
    intake,
    /** Answers and waits for what goes on behind the answer. */
    call: async (path: string, init: RequestInit = {}): Promise<Response> => {
      const ctx = createExecutionContext();
      contexts.push(ctx);
      const response = await ingest.fetch(new Request(`https://events.example${path}`, init), testEnv, ctx);
      await waitOnExecutionContext(ctx);
      return response;
    },
  };
};

/** Intake rows of a workspace, oldest first. */
export const intakeRows = async (workspace: string): Promise<readonly EventsMessage[]> => {
  const { results } = await env.INTAKE_0.prepare("SELECT body FROM intake WHERE workspace = ? ORDER BY id")
    .bind(workspace)
    .all<{ body: string }>();
  return results.map(({ body }) => parseEventsMessage(body));
};

export const basic = (key: string, colon = ":"): string => `Basic ${btoa(key + colon)}`;

/** A gzip body. */
export const gzip = async (text: string): Promise<Uint8Array> => {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};
