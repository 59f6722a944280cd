import { randomUUID } from "node:crypto";
import type { Tern } from "../test/harness.ts";
import type { Call } from "./driver.ts";

/** Headers of a tracking call of this instance. */
const headersOf = (tern: Pick<Tern, "writeKey">): Readonly<Record<string, string>> => ({
  "content-type": "application/json",
  authorization: `Basic ${Buffer.from(`${tern.writeKey}:`).toString("base64")}`,
});

/** A typical event: what a shop's server sends. */
export const trackOf = (
  userId: string,
  event: string,
  properties: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  type: "track",
  messageId: randomUUID(),
  userId,
  event,
  properties: { sku: "tern-mug", name: "Mug with a tern on it", price: 14.5, currency: "EUR", ...properties },
  timestamp: new Date(Date.now()).toISOString(),
});

export const singleCall = (tern: Pick<Tern, "writeKey">, item: Readonly<Record<string, unknown>>): Call => ({
  method: "POST",
  path: `/v1/${String(item["type"])}`,
  headers: headersOf(tern),
  body: JSON.stringify(item),
});

export const batchCall = (tern: Pick<Tern, "writeKey">, items: readonly Readonly<Record<string, unknown>>[]): Call => ({
  method: "POST",
  path: "/v1/batch",
  headers: headersOf(tern),
  body: JSON.stringify({ batch: items }),
});

/** The n-th of `count` users, over and over. */
export const userOf = (n: number, count: number): string => `user-${n % count}`;
