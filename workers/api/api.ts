import { Hono } from "hono";
import { Fault } from "../../src/domain/fault.ts";
import type { Env } from "../env.ts";
import * as resources from "./all.ts";
import { errorResponse } from "./problem.ts";
import { mount, type Route } from "./route.ts";

/** Every operation, in the order of the reference. */
export const routes: readonly Route[] = Object.values(resources).flat();

/** The management API, sign-in and the reference pages. main.ts loads it on the first call to any of them. */
export const api = new Hono<{ Bindings: Env }>();

api.onError((error) => errorResponse(error));
api.notFound(() => errorResponse(new Fault("not-found", "There is no such path; the reference is /api/docs")));

api.all("/api/auth/*", async ({ env, req }) => {
  const { signIn } = await import("./sign-in.ts");
  return signIn(env, req.raw);
});

/** Goes up with what the API can do, not with each release. */
const apiVersion = "1.0";

api.get("/api/openapi.json", async () => {
  const { openApi } = await import("./openapi.ts");
  return Response.json(openApi(routes, apiVersion), { headers: { "cache-control": "public, max-age=300" } });
});

api.get("/api/docs", async () => {
  const { referencePage } = await import("./reference-page.ts");
  return referencePage(routes);
});

mount(api, routes);
