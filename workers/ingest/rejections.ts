import type { Rejection } from "../../src/api/ingest/verdict.ts";
import { insertRejections, type KeptRejection } from "../../src/storage/intake/rejections.ts";
import type { Env } from "../env.ts";
import type { KeepAlive } from "./lane.ts";

/** Kept of one request; the answer names them all anyway. */
const perRequest = 50;
/** Kept of one workspace in an hour by one isolate: a broken client may not fill a database. */
const perHour = 500;
const sampleLength = 500;
const hourMs = 3_600_000;

let hour = 0;
const keptByWorkspace = new Map<string, number>();

const room = (workspace: string, at: number): number => {
  const current = Math.floor(at / hourMs);
  if (current !== hour) {
    hour = current;
    keptByWorkspace.clear();
  }
  return Math.min(perRequest, perHour - (keptByWorkspace.get(workspace) ?? 0));
};

/** What a request's refused items are kept with. */
export interface RefusedItems {
  readonly workspace: string;
  readonly at: number;
  readonly rejected: readonly Rejection[];
  /** The request's items, which `rejected` points into. */
  readonly items: readonly unknown[];
}

const withoutKey = (name: string, value: unknown): unknown => (name === "writeKey" ? undefined : value);

/** The beginning of an item. Only its own fields are stringified, and only as far as text goes: a deeply nested item was refused for that. */
const sampleOf = (item: unknown): string => {
  try {
    return (JSON.stringify(item, withoutKey) ?? "").slice(0, sampleLength);
  } catch {
    return ""; // nested too deep to be written
  }
};

/** Keeps a bounded sample of refused items for whoever looks for them later. Costs the request nothing and never fails it. */
export const recordRejections = (env: Env, ctx: KeepAlive, refused: RefusedItems): void => {
  if (refused.rejected.length === 0) return;
  const kept: KeptRejection[] = refused.rejected
    .slice(0, Math.max(0, room(refused.workspace, refused.at)))
    .map(({ index, code, field, message }) => ({
      workspace: refused.workspace,
      at: refused.at,
      id: crypto.randomUUID(),
      code,
      field,
      message,
      sample: sampleOf(refused.items[index]),
    }));
  if (kept.length === 0) return;
  keptByWorkspace.set(refused.workspace, (keptByWorkspace.get(refused.workspace) ?? 0) + kept.length);
  ctx.waitUntil(
    insertRejections(env.INTAKE_0, kept).catch((error: unknown) => {
      console.warn(`${kept.length} rejections could not be kept: ${String(error)}`);
    }),
  );
};
