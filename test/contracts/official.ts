import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { check, type Checked } from "./schema.ts";

/** The parts of an OpenAPI document that checking a request needs. */
interface OpenApi {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface Body {
  readonly content: Readonly<Record<string, { readonly schema: unknown }>>;
}
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: unknown }[];
  readonly requestBody: Body;
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
export const schemaOf = (document: OpenApi, schema: unknown): { readonly safeParse: (value: unknown) => Checked } => ({
  safeParse: (value) => check(schema, value, (one) => resolved<Readonly<Record<string, unknown>>>(document, one)),
});

/** What a request of the operation may hold, by media type. */
export const contentOf = (document: OpenApi, operation: Operation): Body["content"] =>
  resolved<Body>(document, operation.requestBody).content;

/** Follows references within the document. */
const resolved = <T>(document: OpenApi, value: unknown): T => {
  let found = value;
  for (let hops = 0; hops < 20; hops++) {
    if (typeof found !== "object" || found === null || !("$ref" in found) || typeof found.$ref !== "string") return found as T; // the document's kind of thing at this place
    found = found.$ref
      .slice(2)
      .split("/")
      .reduce<unknown>(
        (node, part) => (node as Record<string, unknown> | undefined)?.[part.replace(/~1/g, "/").replace(/~0/g, "~")],
        document,
      );
  }
  throw new Error("expected a reference that ends somewhere");
};

/** A provider's webhook samples, from the folder beside the contracts; undefined, and said so, where there are none. */
export const officialWebhooks = (name: string): WebhookSamples | undefined => {
  const folder = process.env["TERN_CONTRACTS"];
  const file = folder === undefined ? undefined : path.join(folder, "webhooks", `${name}.json`);
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as WebhookSamples; // by its name
  console.warn(`Skipped: the webhook samples of ${name} (TERN_CONTRACTS names no folder with webhooks/${name}.json)`);
  return undefined;
};

interface WebhookSamples {
  readonly samples: readonly { readonly case: string; readonly payload: unknown }[];
  readonly signature: { readonly vectors?: readonly Readonly<Record<string, unknown>>[] };
}
