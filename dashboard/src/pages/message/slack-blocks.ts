import type { Json } from "../../../../src/domain/json.ts";

/** What of a block is shown: its words, or a line between. */
export type Shown =
  | { readonly kind: "header" | "text" | "context"; readonly text: string }
  | { readonly kind: "buttons"; readonly labels: readonly string[] }
  | { readonly kind: "divider" }
  /** A block that is not drawn here; its JSON stands below. */
  | { readonly kind: "other"; readonly type: string };

type Fields = Readonly<Record<string, Json | undefined>>;

const fieldsOf = (value: Json | undefined): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {}; // checked: an object of JSON
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []); // checked: a list

/** Slack escapes three characters and no others. */
export const unescaped = (text: string): string => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const textOf = (value: Json | undefined): string => {
  const { text, type } = fieldsOf(value);
  return typeof text !== "string" ? "" : type === "mrkdwn" ? unescaped(text) : text;
};

const words = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n");

/** Block Kit in words, block by block. Whatever is no block is told as one of no known kind. */
export const slackBlocks = (blocks: Json): readonly Shown[] =>
  listOf(blocks).map((block): Shown => {
    const { type, text, fields, elements } = fieldsOf(block);
    switch (type) {
      case "header":
        return { kind: "header", text: textOf(text) };
      case "section":
        return { kind: "text", text: words(textOf(text), ...listOf(fields).map(textOf)) };
      case "context":
        return { kind: "context", text: listOf(elements).map(textOf).filter(Boolean).join(" · ") };
      case "actions":
        return { kind: "buttons", labels: listOf(elements).map((element) => textOf(fieldsOf(element)["text"])) };
      case "divider":
        return { kind: "divider" };
      default:
        return { kind: "other", type: typeof type === "string" ? type : "block" };
    }
  });
