import { type EventText, packParts, type Part } from "../../src/storage/intake/parts.ts";
import { insertParts } from "../../src/storage/intake/rows.ts";
import type { Env } from "../env.ts";
import { createLane, type KeepAlive, type Lane } from "./lane.ts";

/** Cloudflare's documented limit: a sendBatch takes 100 messages and 256 KB, of which each message uses about 100 bytes. */
const sendLimits = { groupItems: 100, groupBytes: 240_000, waitingBytes: 32_000_000, timeoutMs: 10_000, leadMs: 5_000 };
/** 1 MB a write keeps a group's time, and so everybody's wait, in the milliseconds. */
const rowLimits = { groupItems: 200, groupBytes: 1_000_000, waitingBytes: 32_000_000, timeoutMs: 10_000, leadMs: 5_000 };

/** Where parts go: what accept needs to know of the bindings, one per isolate. */
interface Intake {
  readonly rows: readonly Lane<Part>[];
  readonly queue: Lane<Part>;
}

/** Sends parts as text: their JSON exists already, and the consumer parses it once (src/api/queue-codec.ts). */
const sendParts = async (queue: Env["EVENTS"], parts: readonly Part[]): Promise<void> => {
  await queue.sendBatch(parts.map((part) => ({ body: part.body, contentType: "text" as const })));
};

/** Sends in groups no call may exceed; a request's parts can be more than one sendBatch takes. */
const sendAll = async (queue: Lane<Part>, parts: readonly Part[], ctx: KeepAlive): Promise<void> => {
  const sends: Promise<void>[] = [];
  let from = 0;
  let bytes = 0;
  for (const [index, part] of parts.entries()) {
    if (index > from && (index - from === sendLimits.groupItems || bytes + part.bytes > sendLimits.groupBytes)) {
      sends.push(queue.write(parts.slice(from, index), ctx));
      from = index;
      bytes = 0;
    }
    bytes += part.bytes;
  }
  sends.push(queue.write(parts.slice(from), ctx));
  await Promise.all(sends);
};

/** Sends what is durable already: what the queue does not take, the sweep sends later. */
const sendDurable = async (queue: Lane<Part>, parts: readonly Part[], ctx: KeepAlive): Promise<void> => {
  try {
    await sendAll(queue, parts, ctx);
  } catch (error) {
    console.warn(`the events queue refused some of ${parts.length} messages; the sweep sends them: ${String(error)}`);
  }
};

const isFallback = (env: Env): boolean => env.INTAKE_ROWS === "fallback";

const intakeDatabases = (env: Env): D1Database[] => {
  const databases: D1Database[] = [];
  for (let shard = 0; ; shard += 1) {
    const database: D1Database | undefined = env[`INTAKE_${shard}`];
    if (database === undefined) return databases;
    databases.push(database);
  }
};

/** One set of lanes per set of bindings: requests of one isolate share it. */
const intakes = new WeakMap<D1Database, Intake>();

const intakeOf = (env: Env): Intake => {
  const known = intakes.get(env.INTAKE_0);
  if (known !== undefined) return known;
  const queue = createLane<Part>(sendLimits, (parts) => sendParts(env.EVENTS, parts));
  /** A group's rows are written by one invocation, which also tells the queue, for all of them. */
  const writeRows = async (database: D1Database, parts: readonly Part[], leader: KeepAlive): Promise<void> => {
    await insertParts(database, parts);
    // In fallback mode rows are what the queue refused just now.
    if (!isFallback(env)) leader.waitUntil(sendDurable(queue, parts, leader));
  };
  const rows = intakeDatabases(env).map((database) => createLane<Part>(rowLimits, (parts, leader) => writeRows(database, parts, leader)));
  const intake: Intake = { rows, queue };
  intakes.set(env.INTAKE_0, intake);
  return intake;
};

/** Time first: rows of one moment lie together, and the sweep meets the oldest first. */
const newPartId = (): string => Date.now().toString(36).padStart(9, "0") + crypto.randomUUID().replaceAll("-", "").slice(0, 20);

/** FNV-1a over a request's first row id: any spread will do. */
const shardOf = (id: string, shards: number): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
};

/** What of a request is to be accepted. */
export interface Accepted {
  readonly workspace: string;
  readonly receivedAt: number;
  readonly events: readonly EventText[];
}

/**
 * Resolves once the events are durable; throws where they are not, and then nothing may be claimed accepted.
 *
 * INTAKE_ROWS "rows": an intake row is durable; the queue is told afterwards, unawaited, and what it does not take the sweep sends
 * again. "fallback": the queue's acknowledgement is durable; rows are written only where it refuses.
 */
export const accept = async (env: Env, ctx: KeepAlive, accepted: Accepted): Promise<void> => {
  if (accepted.events.length === 0) return;
  const intake = intakeOf(env);
  const shard = intake.rows.length > 1 ? shardOf(newPartId(), intake.rows.length) : 0;
  const rows = intake.rows[shard];
  if (rows === undefined) throw new Error("expected a binding INTAKE_0, found none");
  const parts = packParts(accepted.events, { workspace: accepted.workspace, shard, receivedAt: accepted.receivedAt, newId: newPartId });
  if (!isFallback(env)) return rows.write(parts, ctx);
  try {
    await sendAll(intake.queue, parts, ctx);
  } catch (error) {
    console.warn(`the events queue refused some of ${parts.length} messages, kept as intake rows: ${String(error)}`);
    await rows.write(parts, ctx);
  }
};
