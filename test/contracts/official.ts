import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

/** The parts of an OpenAPI document that checking a request needs. */
interface OpenApi {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: unknown }[];
  readonly requestBody: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly example?: unknown }>> }>>;
}

/** A provider's official contract, from the folder that TERN_CONTRACTS names; undefined, and said so, where there is none. */
export const officialContract = (name: string): OpenApi | undefined => {
  const folder = process.env["TERN_CONTRACTS"];
  const file = folder === undefined ? undefined : path.join(folder, `${name}.openapi.json`);
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as OpenApi; // an OpenAPI document by its name
  console.warn(`Skipped: the official contract of ${name} (TERN_CONTRACTS names no folder with ${name}.openapi.json)`);
  return undefined;
};

/** A checker of a schema of the document. Properties that the contract does not name are refused, so that a misspelt one is found. */
export const schemaOf = (document: OpenApi, schema: unknown): z.ZodType => z.fromJSONSchema({ ...(inlined(document, schema) as object) });

const inlined = (document: OpenApi, schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map((item) => inlined(document, item));
  if (typeof schema !== "object" || schema === null) return schema;
  if ("$ref" in schema && typeof schema.$ref === "string")
    return inlined(document, document.components.schemas[schema.$ref.replace("#/components/schemas/", "")]);
  const entries = Object.entries(schema).map(([key, value]) => [key, inlined(document, value)]);
  const strict = "properties" in schema && !("additionalProperties" in schema) ? { additionalProperties: false } : {};
  return { ...Object.fromEntries(entries), ...strict };
};
