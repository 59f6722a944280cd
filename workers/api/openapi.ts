import * as z from "zod";
import { problemSchema } from "../../src/api/management.ts";
import { faults } from "../../src/domain/fault.ts";
import type { Route, RouteSpec } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the routes given, made from their zod schemas. */
export const openApi = (routes: readonly Route[], version: string): Json => {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { spec } of routes) (paths[spec.path] ??= {})[spec.method] = operation(spec);
  return {
    openapi: "3.1.0",
    info: { title: "Tern management API", version, description: "Definitions, users, messages and keys of one workspace: the one the key or session belongs to. Errors are RFC 9457 problem details." },
    servers: [{ url: "/" }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: [...new Set(routes.map(({ spec }) => tagOf(spec)))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key; each operation names the scope it needs (admin holds all)." },
        session: { type: "apiKey", in: "cookie", name: "tern.session_token", description: "The dashboard's session (POST /api/auth/sign-in/email)." },
        setupToken: { type: "http", scheme: "bearer", description: "The installation's SETUP_TOKEN." },
      },
      schemas: { Problem: schemaOf(problemSchema, "output") },
      responses: {
        Problem: {
          description: `A refusal. Codes: ${Object.entries(faults).map(([code, { status }]) => `${code} (${status})`).join(", ")}`,
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
};

/** The resource: what follows /api/ in the path. */
const tagOf = (spec: RouteSpec): string => spec.path.split("/")[2] ?? "";

const operation = (spec: RouteSpec): Json => {
  const body = spec.documentedBody ?? spec.body;
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    description: spec.scope === "setup-token" ? "Needs the set-up token." : `Scope: ${spec.scope}`,
    tags: [tagOf(spec)],
    ...(spec.scope === "setup-token" ? { security: [{ setupToken: [] }] } : {}),
    parameters: parametersOf(spec),
    ...(body === undefined ? {} : { requestBody: { required: !body.safeParse(undefined).success, content: { "application/json": { schema: schemaOf(body, "input") } } } }),
    responses: { ...Object.fromEntries(Object.entries(spec.answers).map(([status, schema]) => [status, response(status, schema, spec)])), default: { $ref: "#/components/responses/Problem" } },
  };
};

/** "get /api/segments/{key}/members" -> "getSegmentsKeyMembers" */
const operationId = ({ method, path }: RouteSpec): string =>
  method + path.replace("/api", "").replaceAll(/[/{}]+(\w?)/g, (_all, letter: string) => letter.toUpperCase());

const parametersOf = (spec: RouteSpec): readonly Json[] => [
  ...[...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } })),
  ...queryParameters(spec.query),
  ...(spec.method === "post" && spec.scope !== "setup-token" ? [header("Idempotency-Key", "The same key again within 24 h gets the first answer and does nothing more.")] : []),
  ...(spec.etag === true && spec.method !== "get" ? [header("If-Match", "The ETag that was read: refused with 412 when the definition is another by now.")] : []),
];

const header = (name: string, description: string): Json => ({ name, in: "header", required: false, description, schema: { type: "string" } });

const queryParameters = (query: z.ZodType | undefined): readonly Json[] => {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, "input") as { properties?: Record<string, Json>; required?: readonly string[] }; // every query is an object
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: required.includes(name), schema }));
};

const response = (status: string, schema: z.ZodType | undefined, spec: RouteSpec): Json => ({
  description: status === "101" ? "The socket is open" : schema === undefined ? "Done" : status === "201" ? "Made" : "The answer",
  ...(spec.etag === true && schema !== undefined ? { headers: { ETag: { schema: { type: "string" } } } } : {}),
  ...(schema === undefined ? {} : { content: { "application/json": { schema: schemaOf(schema, "output") } } }),
});

/** JSON Schema 2020-12, as OpenAPI 3.1 wants it; what a schema cannot say (a check in code) is left out. */
const schemaOf = (schema: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline", cycles: "ref" }) as Record<string, unknown>;
  return json;
};
