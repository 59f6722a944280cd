import * as z from "zod";
import type { HttpProvider } from "../provider.ts";
import { readReply } from "../reply.ts";
import { isSigningSecret, signedHeaders } from "../standard-webhooks.ts";
import { Unprepared } from "../unprepared.ts";

const settings = z
  .strictObject({
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
        z.string().regex(/^[\t\u0020-\u007e]{0,4000}$/, "a header value is printable ASCII"),
      )
      .optional()
      .describe("Headers added to every request unless the template sets the same one; for credentials"),
    hosts: z
      .array(z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, "a host name in lower case, without port"))
      .min(1)
      .max(20)
      .optional()
      .describe("The only hosts that are called, and those under them: credentials go nowhere else, whatever address a template makes"),
    signingSecret: z
      .string()
      .max(200)
      .refine(isSigningSecret, "whsec_ and 24 to 64 bytes in Base64")
      .optional()
      .meta({
        description: "Requests are signed with it (Standard Webhooks), so that the endpoint knows them from others",
        examples: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      }),
  })
  .refine(({ headers, hosts }) => headers === undefined || Object.keys(headers).length === 0 || hosts !== undefined, {
    path: ["hosts"],
    error: "headers are sent to known hosts only: name them",
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
  cost: "What the endpoint's operator asks",
  secrets: ["headers", "signingSecret"],
  destination: ["hosts"],
  request({ id, content }, given) {
    if (content.channel !== "webhook") throw new Error(`expected webhook content, got ${content.channel}`);
    const host = hostOf(content.url);
    if (given.hosts !== undefined && !given.hosts.some((known) => host === known || host?.endsWith(`.${known}`) === true))
      throw new Unprepared({ kind: "rejected", detail: `${host ?? "an address that is none"} is not among the provider's hosts` });
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
  async authorize(call, { signingSecret }, ports, { id }) {
    if (signingSecret === undefined) return call;
    const signed = { id, seconds: Math.floor(ports.now() / 1000), body: String(call.body ?? "") };
    return { ...call, headers: { ...call.headers, ...(await signedHeaders(signed, [signingSecret])) } };
  },
  outcome(reply) {
    const outcome = readReply(reply);
    // Address and credentials come with each template, so one bad template says nothing about the provider.
    return outcome.kind === "misconfigured" ? { kind: "rejected", detail: outcome.detail } : outcome;
  },
};

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, "") : undefined);

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
