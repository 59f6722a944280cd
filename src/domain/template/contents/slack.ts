import * as z from "zod";
import type { Json } from "../../json.ts";
import type { ContentKind, Print } from "./content-kind.ts";

const schema = z.lazy(() =>
  z.strictObject({
    text: z.string().min(1).max(10_000),
    /** Block Kit; every text inside is Liquid. */
    blocks: z.array(z.record(z.string(), z.json())).min(1).max(50).optional(),
  }),
);

/** A Slack message. */
export const slack: ContentKind<typeof schema> & { readonly channel: "slack" } = {
  channel: "slack",
  schema,
  build: ({ text, blocks }, print) => ({
    channel: "slack",
    text: print("text", text, "mrkdwn"),
    ...(blocks !== undefined && { blocks: printAll(blocks, "blocks", print) }),
  }),
};

/** Types and ids are names, not texts: they stay as they are. */
const names = new Set(["type", "block_id", "action_id", "style", "emoji"]);

/** Slack reads markup in text objects that say so; plain ones, addresses and values are taken as they are. */
const printAll = (value: Json, path: string, print: Print, mode: "mrkdwn" | "text" = "text"): Json => {
  if (typeof value === "string") return print(path, value, mode);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json, index) => printAll(item, `${path}.${index}`, print));
  const isMarkup = "type" in value && value.type === "mrkdwn";
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      names.has(name) ? field : printAll(field, `${path}.${name}`, print, isMarkup && name === "text" ? "mrkdwn" : "text"),
    ]),
  );
};
