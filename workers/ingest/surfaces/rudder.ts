import { Hono } from "hono";
import type { Env } from "../../env.ts";
import { findKey } from "../../keys.ts";
import { json, refuse } from "../answer.ts";
import { keyInHeader } from "../auth.ts";
import { type IngestContext, take } from "../take.ts";

/** What RudderStack's clients ask beyond the Segment paths: the source's configuration, and the beacon of a page that closes. */
export const rudder = new Hono<{ Bindings: Env }>();

const sourceConfig = async (c: IngestContext): Promise<Response> => {
  const text = c.req.query("writeKey") ?? keyInHeader(c.req.header("authorization") ?? null);
  const key = text === undefined ? undefined : await findKey(c.env, text);
  if (key?.kind !== "write") return refuse(401, text === undefined ? "missing-key" : "wrong-key", "no such write key");
  const off = { enabled: false };
  const source = {
    id: key.id,
    name: "tern",
    writeKey: text,
    config: { statsCollection: { errors: off, metrics: off } },
    enabled: true,
    workspaceId: key.workspace,
    destinations: [],
    dataplanes: {},
  };
  return json({ source, updatedAt: "2026-01-01T00:00:00.000Z" });
};

rudder.get("/sourceConfig", sourceConfig);
rudder.get("/sourceConfig/", sourceConfig);
// A beacon has no headers of its own: its key is in the query, its answer unread.
rudder.post("/beacon/v1/batch", (c) => take(c, "batch"));
