import * as z from "zod";
import type { ContentKind } from "./content-kind.ts";

const schema = z.lazy(() => z.strictObject({ body: z.string().min(1).max(10_000) }));

/** A text message. How many parts it takes is the provider's affair. */
export const sms: ContentKind<typeof schema> & { readonly channel: "sms" } = {
  channel: "sms",
  schema,
  build: (content, print) => ({ channel: "sms", body: print("body", content.body, "text") }),
};
