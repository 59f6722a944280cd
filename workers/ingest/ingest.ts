import { Hono } from "hono";
import type { Env } from "../env.ts";
import { cors, json, problem, refuse } from "./answer.ts";
import { isHealthy } from "./health.ts";
import * as surfaces from "./surfaces/all.ts";

/** Everything that is open to the world: the surfaces events come in by, and /health. */
export const ingest = new Hono<{ Bindings: Env }>();

ingest.options("*", () => new Response(null, { status: 204, headers: cors }));
ingest.get("/health", async (c) =>
  (await isHealthy(c.env)) ? json({ status: "ok" }) : problem("try-again", "the database does not answer or is not migrated"),
);
for (const surface of Object.values(surfaces)) ingest.route("/", surface);

ingest.notFound(() => problem("not-found", "There is no such path. Events go to /v1/…; the reference of the management API is /api/docs"));
ingest.onError((error) => {
  console.error(`ingest failed: ${String(error)}`);
  return refuse(503, "try-again", "could not be done now; try again");
});
