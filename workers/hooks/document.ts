import { BoundedMap } from "../bounded-map.ts";
import type { Env } from "../env.ts";
import { callOutbound } from "../outbound.ts";

const documents = new BoundedMap<string, { readonly text: string; readonly until: number }>(50);
const validMs = 3_600_000;

/** A certificate or key document, kept for an hour. @throws Error when it cannot be had */
export const documentAt = async (env: Env, url: string): Promise<string> => {
  const known = documents.get(url);
  if (known !== undefined && known.until > Date.now()) return known.text;
  const reply = await callOutbound({ method: "GET", url, headers: {} }, { allowLoopback: env.ALLOW_LOOPBACK === "true" });
  if (reply.kind !== "answer" || reply.status !== 200 || !reply.complete)
    throw new Error(`no document at ${url}: ${reply.kind === "answer" ? reply.status : reply.detail}`);
  documents.set(url, { text: reply.body, until: Date.now() + validMs });
  return reply.body;
};
