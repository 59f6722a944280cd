import * as z from "zod";
import type { ContentKind } from "./content-kind.ts";
import { keyProblem } from "./key-problem.ts";

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "a header name has letters, digits and hyphens")
  .refine(
    (name) => !/^(?:host|content-length|connection|transfer-encoding|idempotency-key|cf-.*)$/i.test(name),
    "this header is set by the platform",
  );

const schema = z.strictObject({
  url: z.string().min(1).max(4_000),
  method: z.enum(["POST", "PUT", "PATCH", "DELETE", "GET"]).default("POST"),
  headers: z.record(headerName, z.string().max(4_000), keyProblem).default({}),
  body: z.string().max(200_000).default(""),
});

/** A request of the customer's own making. In a JSON body, values are written with the `json` filter, which quotes and escapes them. */
export const webhook: ContentKind<typeof schema> & { readonly channel: "webhook" } = {
  channel: "webhook",
  schema,
  build: (content, print) => ({
    channel: "webhook",
    url: print("url", content.url, "line"),
    method: content.method,
    headers: Object.fromEntries(Object.entries(content.headers).map(([name, value]) => [name, print(`headers.${name}`, value, "line")])),
    body: print("body", content.body, "text"),
  }),
};
