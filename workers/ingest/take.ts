import type { Context } from "hono";
import { limits, readEnvelope, readItems, type Verdicts } from "../../src/api/ingest/batch.ts";
import { enforceRules } from "../../src/api/ingest/event-rules.ts";
import type { Frame } from "../../src/api/ingest/item.ts";
import type { EventType } from "../../src/domain/event/event.ts";
import type { FoundKey } from "../../src/storage/control/keys.ts";
import type { Env } from "../env.ts";
import { eventRulesOf } from "../event-rules.ts";
import { findKey } from "../keys.ts";
import { noteRequest } from "../load.ts";
import { accept } from "./accept.ts";
import { refuse, verdicts } from "./answer.ts";
import { keyInBody, keyInHeader, maySend } from "./auth.ts";
import { readJson, UnreadableBody } from "./body.ts";
import { recordRejections } from "./rejections.ts";

export type IngestContext = Context<{ Bindings: Env }>;

/** Finds the key, or answers why there is none. */
const authenticate = async (env: Env, text: string | undefined): Promise<FoundKey | Response> => {
  if (text === undefined)
    return refuse(401, "missing-key", "no write key: give it as Basic user name, as writeKey in the body or in the query");
  const key = await findKey(env, text);
  if (key === undefined) return refuse(401, "wrong-key", "the key is not known, expired or revoked");
  return maySend(key) ? key : refuse(403, "not-allowed", "the key's scopes do not include ingest");
};

const judge = (body: unknown, frame: Frame, kind: EventType | "batch"): Verdicts | Response => {
  if (kind !== "batch") return readItems([body], { ...frame, type: kind });
  const envelope = readEnvelope(body);
  if ("code" in envelope) return refuse(400, envelope.code, envelope.message);
  return readItems(envelope.items, { ...frame, sentAt: envelope.sentAt, context: envelope.context });
};

/**
 * Takes a call of the Segment form: one event of a type, or a batch. Answers 200 once what it names accepted is durable.
 * A key in the header wins over one in the body, and that over one in the query; only a wrong key in the header is found before the body is read.
 */
export const take = async (c: IngestContext, kind: EventType | "batch"): Promise<Response> => {
  noteRequest();
  const receivedAt = Date.now();
  const { raw } = c.req;
  const headerKey = keyInHeader(raw.headers.get("authorization"));
  try {
    const early = headerKey === undefined ? undefined : await authenticate(c.env, headerKey);
    if (early instanceof Response) return early;
    const body = await readJson(raw, limits.requestBytes);
    const key = early ?? (await authenticate(c.env, keyInBody(body) ?? c.req.query("writeKey")));
    if (key instanceof Response) return key;
    const frame: Frame = {
      receivedAt,
      key: key.kind === "api" ? "server" : "client",
      ip: raw.headers.get("cf-connecting-ip") ?? undefined,
      newId: () => crypto.randomUUID(),
    };
    const judged = judge(body, frame, kind);
    if (judged instanceof Response) return judged;
    const verdict = enforceRules(judged, await eventRulesOf(c.env, key.workspace, receivedAt));
    await accept(c.env, c.executionCtx, { workspace: key.workspace, receivedAt, events: verdict.accepted });
    recordRejections(c.env, c.executionCtx, {
      workspace: key.workspace,
      at: receivedAt,
      rejected: verdict.warned.length === 0 ? verdict.rejected : [...verdict.rejected, ...verdict.warned],
      items: itemsOf(body, kind),
    });
    return verdicts(verdict.accepted.length, verdict.rejected);
  } catch (error) {
    if (error instanceof UnreadableBody) return refuse(400, error.code, error.message);
    console.error(`ingest could not accept: ${String(error)}`);
    return refuse(503, "try-again", "could not be accepted now; try again");
  }
};

/** The raw items a verdict's indexes point into. */
const itemsOf = (body: unknown, kind: EventType | "batch"): readonly unknown[] => {
  if (kind !== "batch") return [body];
  return typeof body === "object" && body !== null && "batch" in body && Array.isArray(body.batch) ? body.batch : [];
};
