import * as z from "zod";
import type { HttpProvider } from "../provider.ts";
import { readReply } from "../reply.ts";

const settings = z.strictObject({
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().regex(/^[\t\u0020-\u007e]{0,4000}$/, "a header value is printable ASCII"))
    .optional()
    .describe("Headers added to every request unless the template sets the same one; for credentials"),
});

/**
 * The customer's own endpoint: sends the request that the template describes. The Idempotency-Key lets the endpoint
 * recognise a repetition, but nobody promises that it does, so an uncertain attempt is resent only where the definition says so.
 */
export const webhook: HttpProvider<typeof settings> = {
  type: "webhook",
  title: "Webhook",
  via: "http",
  channels: ["webhook"],
  settings,
  reports: [],
  secrets: ["headers"],
  request({ id, content }, given) {
    if (content.channel !== "webhook") throw new Error(`expected webhook content, got ${content.channel}`);
    const headers = lowerCased({
      "content-type": "application/json",
      ...lowerCased(given.headers ?? {}),
      ...lowerCased(content.headers),
      "idempotency-key": id,
    });
    const withBody = content.method !== "GET" && content.body !== "";
    if (!withBody) delete headers["content-type"];
    return { method: content.method, url: content.url, headers, ...(withBody && { body: content.body }) };
  },
  outcome(reply) {
    const outcome = readReply(reply);
    // Address and credentials come with each template, so one bad template says nothing about the provider.
    return outcome.kind === "misconfigured" ? { kind: "rejected", detail: outcome.detail } : outcome;
  },
};

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
