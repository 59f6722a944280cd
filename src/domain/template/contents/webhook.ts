import * as z from "zod";
import { headerName } from "../../http-header.ts";
import type { ContentKind } from "./content-kind.ts";
import { keyProblem } from "./key-problem.ts";

const schema = z.lazy(() =>
  z.strictObject({
    url: z.string().min(1).max(4_000),
    method: z.enum(["POST", "PUT", "PATCH", "DELETE", "GET"]).default("POST"),
    headers: z.record(headerName, z.string().max(4_000), keyProblem).default({}),
    body: z.string().max(200_000).default(""),
  }),
);

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
