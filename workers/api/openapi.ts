import type * as z from "zod";
import { problemSchema } from "../../src/api/management.ts";
import { faults } from "../../src/domain/fault.ts";
import { type Components, componentSchemas, schemaOf } from "./json-schema.ts";
import { trackingPaths } from "./openapi-tracking.ts";
import type { Route, RouteSpec } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the routes given, made from their zod schemas. */
export const openApi = (routes: readonly Route[], version: string): Json => {
  const components = componentSchemas({ Problem: problemSchema });
  const paths: Record<string, Record<string, Json>> = {};
  for (const { spec } of routes) (paths[spec.path] ??= {})[spec.method] = operation(spec, components);
  return {
    openapi: "3.1.0",
    info: {
      title: "Tern API",
      version,
      description:
        "What apps send (tracking), and definitions, users, messages and keys of one workspace: the one the key or session belongs to. Errors under /api are RFC 9457 problem details.",
    },
    servers: [{ url: "/" }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: ["tracking", ...new Set(routes.map(({ spec }) => tagOf(spec)))].map((name) => ({ name })),
    paths: { ...trackingPaths(components), ...paths },
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key; each operation names the scope it needs (admin holds all)." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tern.session_token",
          description: "The dashboard's session (POST /api/auth/sign-in/email).",
        },
        writeKey: { type: "http", scheme: "basic", description: "A write key as the user name; the password is not looked at." },
        setupToken: { type: "http", scheme: "bearer", description: "The installation's SETUP_TOKEN." },
      },
      schemas: components,
      responses: {
        Problem: {
          description: `A refusal. Codes: ${Object.entries(faults)
            .map(([code, { status }]) => `${code} (${status})`)
            .join(", ")}`,
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
};

/** The resource: what follows /api/ in the path. */
const tagOf = (spec: RouteSpec): string => spec.path.split("/")[2] ?? "";

const operation = (spec: RouteSpec, components: Components): Json => {
  const id = operationId(spec);
  const body = spec.documentedBody ?? spec.body;
  return {
    operationId: id,
    summary: spec.summary,
    description: spec.scope === "setup-token" ? "Needs the set-up token." : `Scope: ${spec.scope}`,
    tags: [tagOf(spec)],
    ...(spec.scope === "setup-token" ? { security: [{ setupToken: [] }] } : {}),
    parameters: parametersOf(spec, components),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { "application/json": { schema: schemaOf(body, { name: `${id}Body`, io: "input", components }) } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(spec.answers).map(([status, schema]) => [status, response(schema, { status, spec, components })]),
      ),
      default: { $ref: "#/components/responses/Problem" },
    },
  };
};

/** "get /api/segments/{key}/members" -> "getSegmentsKeyMembers" */
const operationId = ({ method, path }: RouteSpec): string =>
  method + path.replace("/api", "").replaceAll(/[/{}]+(\w?)/g, (_all, letter: string) => letter.toUpperCase());

const parametersOf = (spec: RouteSpec, components: Components): readonly Json[] => [
  ...[...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } })),
  ...queryParameters(spec, components),
  ...(spec.method === "post" && spec.scope !== "setup-token"
    ? [header("Idempotency-Key", "The same key again within 24 h gets the first answer and does nothing more.")]
    : []),
  ...(spec.etag === true && spec.method !== "get"
    ? [header("If-Match", "The ETag that was read: refused with 412 when the definition is another by now.")]
    : []),
];

const header = (name: string, description: string): Json => ({
  name,
  in: "header",
  required: false,
  description,
  schema: { type: "string" },
});

const queryParameters = (spec: RouteSpec, components: Components): readonly Json[] => {
  if (spec.query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(spec.query, { name: `${operationId(spec)}Query`, io: "input", components }) as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  }; // every query is an object
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: required.includes(name), schema }));
};

interface Answered {
  readonly status: string;
  readonly spec: RouteSpec;
  readonly components: Components;
}

const response = (schema: z.ZodType | undefined, { status, spec, components }: Answered): Json => ({
  description: status === "101" ? "The socket is open" : schema === undefined ? "Done" : status === "201" ? "Made" : "The answer",
  ...(spec.etag === true && schema !== undefined ? { headers: { ETag: { schema: { type: "string" } } } } : {}),
  ...(schema === undefined
    ? {}
    : {
        content: { "application/json": { schema: schemaOf(schema, { name: `${operationId(spec)}${status}`, io: "output", components }) } },
      }),
});
