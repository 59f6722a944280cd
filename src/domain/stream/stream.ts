import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import { headerName } from "../http-header.ts";

/** What a stream may tell of. */
export const streamParts = ["events", "users", "messages", "segments", "journeys"] as const;
export type StreamPart = (typeof streamParts)[number];

/** Length of a Standard Webhooks secret, bytes. Source: the specification, Signature scheme. */
const secretBytes = { least: 24, most: 64 } as const;

const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, "a secret is whsec_ and base64")
  .refine((text) => {
    const base64 = text.slice("whsec_".length);
    const bytes = Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
    return base64.length % 4 === 0 && bytes >= secretBytes.least && bytes <= secretBytes.most;
  }, `a secret stands for ${secretBytes.least} to ${secretBytes.most} bytes`);

const ownHeader = headerName.refine(
  (name) => !/^(?:content-type|user-agent|webhook-.*)$/i.test(name),
  "this header is set by the stream itself",
);
const headerValue = z.string().regex(/^[\t\u0020-\u007e]{0,4000}$/, "a header value is printable ASCII");

/** Events forwarded to a customer's endpoint. Source: docs/language.md, Streams. */
export const streamSchema = z.strictObject({
  key: definitionKey,
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  url: z.string().min(1).max(2_000),
  /** Names of tracked events, each exact or with a trailing "*"; "*" alone stands for every call of the tracking API. */
  events: z.array(z.string().min(1).max(256)).min(1).max(100).default(["*"]),
  include: z
    .array(z.enum(streamParts))
    .min(1)
    .refine((parts) => new Set(parts).size === parts.length, "names each part once"),
  headers: z.record(ownHeader, headerValue).optional(),
  /** Every one of them signs: the old one stays beside the new one until the endpoint knows it. */
  secrets: z.array(secret).min(1).max(2),
});

export type StreamDefinition = z.output<typeof streamSchema>;

/** A stream as the catalog has it: what goes into it, not where it goes. */
export type CatalogStream = Pick<StreamDefinition, "key" | "events" | "include">;
