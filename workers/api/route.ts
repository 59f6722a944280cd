import type { Context, Hono } from "hono";
import * as z from "zod";
import type { Scope } from "../../src/api/management.ts";
import { problemsOf } from "../../src/api/problems.ts";
import { Fault, type FaultCode } from "../../src/domain/fault.ts";
import type { Env } from "../env.ts";
import { parseBody, readBody } from "./body.ts";
import { authenticate, bySetupToken, type Caller, requireScope } from "./caller.ts";
import { once } from "./idempotency.ts";
import { refusal } from "./problem.ts";

/** What a handler is given: everything checked. `params` are decoded. */
export interface Call<Query, Body> {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly request: Request;
  readonly caller: Caller;
  readonly workspace: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

/** One operation: its place, who may call it, what goes in and comes out. Validation, scopes and OpenAPI all derive from it. */
export interface RouteSpec<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  readonly method: "get" | "put" | "post" | "patch" | "delete";
  /** As OpenAPI writes it: "/api/segments/{key}". */
  readonly path: string;
  readonly summary: string;
  /** "setup-token": for whoever holds env.SETUP_TOKEN, without a workspace. */
  readonly scope: Scope | "setup-token";
  readonly query?: Query;
  readonly body?: Body;
  /** What OpenAPI says about the body where `body` alone does not say it (it is completed from what is stored before it is checked). */
  readonly documentedBody?: z.ZodType;
  /** What the raw body goes through before it is checked (read-only fields that a PUT may bring back are taken off). */
  readonly prepare?: (body: unknown, params: Readonly<Record<string, string>>) => unknown;
  /** The handler keeps what it does to once per Idempotency-Key itself, more exactly than by its answer. */
  readonly ownIdempotency?: true;
  /** Bytes of the body, where it may be larger than other bodies. */
  readonly maxBodyBytes?: number;
  /** Code of the refusal of a bad body; "bad-input" when left out. */
  readonly refusal?: FaultCode;
  /** Answers by status; undefined = no content. */
  readonly answers: Readonly<Record<number, z.ZodType | undefined>>;
  /** The answer carries an ETag; changes honour If-Match. */
  readonly etag?: true;
}

/** A route ready to be mounted. */
export interface Route {
  readonly spec: RouteSpec;
  readonly handle: (context: Context<{ Bindings: Env }>) => Promise<Response>;
}

/** An unknown parameter (`dryRun`, a misspelt filter) is refused, not ignored: the call would do something else than was meant. */
const noQuery = z.strictObject({});

/** Declares an operation and its handler. Order: who is it, may they, (POST) did we answer this already, is the input right. */
export const route = <Query extends z.ZodType, Body extends z.ZodType>(
  spec: RouteSpec<Query, Body>,
  handler: (call: Call<z.output<Query>, z.output<Body>>) => Promise<Response>,
): Route => ({
  spec,
  handle: async (context) => {
    const { env } = context;
    const ctx = context.executionCtx as ExecutionContext; // the platform's own; Hono types it by what all platforms have
    const request = context.req.raw;
    const caller = spec.scope === "setup-token" ? await bySetupToken(env, request) : await authenticate(env, request);
    if (spec.scope !== "setup-token") requireScope(caller, spec.scope);
    mustBeReadable(request.url);
    const params = context.req.param() as Record<string, string>; // every parameter of the path is there, or Hono had not matched
    const given = Object.fromEntries(new URL(request.url).searchParams);
    if (spec.query === undefined) check(noQuery, given, "bad-input");
    const query = check(spec.query, given, "bad-input");
    const text = spec.method === "get" || spec.method === "delete" ? "" : await readBody(request, spec.maxBodyBytes);
    const run = (): Promise<Response> => {
      const raw = parseBody(text);
      const body = check(spec.body, spec.prepare ? spec.prepare(raw, params) : raw, spec.refusal ?? "bad-input");
      return handler({ env, ctx, request, caller, workspace: caller.workspace, params, query, body });
    };
    return spec.method === "post" && spec.ownIdempotency !== true
      ? once({ env, ctx, workspace: caller.workspace, request, body: text }, run)
      : run();
  },
});

/** Percent signs that stand for no text are refused: read as they are they would name something else. @throws Fault bad-input */
const mustBeReadable = (url: string): void => {
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch {
    throw new Fault("bad-input", "The path has percent signs that are no UTF-8 text");
  }
};

const check = <T extends z.ZodType>(schema: T | undefined, value: unknown, code: FaultCode): z.output<T> => {
  if (schema === undefined) return undefined as z.output<T>; // the route declares no such input and its handler reads none
  const result = schema.safeParse(value);
  if (!result.success) throw refusal(code, problemsOf(result.error));
  return result.data;
};

/** Mounts routes; a path that exists answers other methods with 405. */
export const mount = (app: Hono<{ Bindings: Env }>, routes: readonly Route[]): void => {
  for (const { spec, handle } of routes) app.on(spec.method.toUpperCase(), honoPath(spec.path), handle);
  for (const path of new Set(routes.map(({ spec }) => spec.path)))
    app.all(honoPath(path), () => {
      throw new Fault("method-not-allowed");
    });
};

/** "/api/segments/{key}" -> "/api/segments/:key" */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** A JSON answer. */
export const answer = (body: unknown, init: { readonly status?: number; readonly etag?: string } = {}): Response =>
  Response.json(body, {
    status: init.status ?? 200,
    headers: { "cache-control": "no-store", ...(init.etag === undefined ? {} : { etag: `"${init.etag}"` }) },
  });

export const noContent = (): Response => new Response(null, { status: 204 });
