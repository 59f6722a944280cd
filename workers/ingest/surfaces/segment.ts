import { Hono } from "hono";
import type { EventType } from "../../../src/domain/event/event.ts";
import type { Env } from "../../env.ts";
import { findKey } from "../../keys.ts";
import { json, problem } from "../answer.ts";
import { take } from "../take.ts";

/** The HTTP tracking API v1 of Segment, as its clients and those that copied it use it (Customer.io Pipelines, RudderStack): long and short paths. */
export const segment = new Hono<{ Bindings: Env }>();

const paths: Readonly<Record<string, EventType | "batch">> = {
  identify: "identify",
  i: "identify",
  track: "track",
  t: "track",
  page: "page",
  p: "page",
  screen: "screen",
  s: "screen",
  group: "group",
  g: "group",
  alias: "alias",
  a: "alias",
  batch: "batch",
  b: "batch",
  import: "batch",
};

for (const [path, kind] of Object.entries(paths)) segment.post(`/v1/${path}`, (c) => take(c, kind));

/**
 * What browser SDKs load first. Both name themselves in it; anything more makes one of them throw. The key is the caller's own:
 * it is the one they send events with, so a server's key is refused here.
 */
segment.get("/v1/projects/:writeKey/settings", async (c) => {
  const apiKey = c.req.param("writeKey");
  const key = await findKey(c.env, apiKey);
  if (key?.kind !== "write") return problem("not-found", "no such write key");
  const { host, protocol } = new URL(c.req.url);
  const destination = { apiKey, apiHost: `${host}/v1`, protocol: protocol.slice(0, -1) };
  const document = {
    integrations: { "Segment.io": destination, "Customer.io Data Pipelines": destination },
    plan: { track: { __default: { enabled: true, integrations: {} } } },
  };
  return json(document, 200, { "cache-control": "public, max-age=60" });
});
