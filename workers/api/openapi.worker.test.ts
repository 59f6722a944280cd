import { describe, expect, it, vi } from "vitest";
import { routes } from "./api.ts";
import { call } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

type Json = Record<string, unknown>;

describe("GET /api/openapi.json", () => {
  it("describes every route, with its parameters, scope and answers", async () => {
    const { body } = await call("GET /api/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    const described = Object.entries(body.paths as Record<string, Json>)
      .flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => `${verb} ${path}`))
      .filter((operation) => !operation.startsWith("post /v1/"));
    expect(described.toSorted()).toEqual(routes.map(({ spec }) => `${spec.method} ${spec.path}`).toSorted());
    for (const { spec } of routes) {
      const operation = body.paths[spec.path][spec.method];
      const inPath = operation.parameters.filter((one: Json) => one["in"] === "path").map((one: Json) => `{${String(one["name"])}}`);
      expect(inPath).toEqual(spec.path.match(/\{\w+\}/g) ?? []);
      for (const status of Object.keys(spec.answers)) expect(operation.responses).toHaveProperty(status);
      expect(operation.responses.default).toEqual({ $ref: "#/components/responses/Problem" });
    }
    const ids = Object.values(body.paths as Record<string, Record<string, Json>>).flatMap((verbs) =>
      Object.values(verbs).map((one) => one["operationId"]),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("describes the tracking calls: keys, bodies, answers", async () => {
    const { body } = await call("GET /api/openapi.json");
    for (const type of ["identify", "track", "page", "screen", "group", "alias", "batch"]) {
      const { post } = body.paths[`/v1/${type}`];
      expect(post.security).toEqual([{ writeKey: [] }, { apiKey: [] }]);
      expect(Object.keys(post.responses)).toEqual(["200", "400", "401", "403", "503"]);
      expect(post.requestBody.content["application/json"].schema.properties).toHaveProperty(type === "batch" ? "batch" : "userId");
    }
    expect(body.paths["/v1/track"].post.requestBody.content["application/json"].schema.required).toEqual(["event"]);
  });

  it("resolves every reference inside itself", async () => {
    const { body } = await call("GET /api/openapi.json");
    const refs = refsIn(body);
    expect(refs.length).toBeGreaterThan(10);
    expect(refs.filter((ref) => resolve(body, ref) === undefined)).toEqual([]);
  });

  it("says what a segment's condition may be", async () => {
    const { body } = await call("GET /api/openapi.json");
    expect(JSON.stringify(body.paths["/api/segments/{key}"].put.requestBody)).toContain("#/components/schemas/Condition");
    expect(JSON.stringify(body.paths["/api/journeys/{key}"].put.requestBody)).toContain("#/components/schemas/Condition");
    const text = JSON.stringify(body.components.schemas);
    for (const word of ["everyone", "attribute", "greater-than"]) expect(text).toContain(word);
  });
});

const refsIn = (node: unknown): readonly string[] => {
  if (typeof node !== "object" || node === null) return [];
  const ref = (node as Json)["$ref"];
  return [...(typeof ref === "string" ? [ref] : []), ...Object.values(node).flatMap(refsIn)];
};

const resolve = (root: unknown, ref: string): unknown => {
  if (!ref.startsWith("#/")) return undefined;
  return ref
    .slice(2)
    .split("/")
    .reduce<unknown>(
      (node, part) =>
        typeof node === "object" && node !== null ? (node as Json)[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined,
      root,
    );
};

describe("GET /api/docs", () => {
  it("is one page that loads nothing", async () => {
    const { status, body, headers } = await call("GET /api/docs");
    expect(status).toBe(200);
    expect(body).toContain("/api/journeys/{key}/publish");
    expect(body).not.toMatch(/src=|<script|<link/);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});
