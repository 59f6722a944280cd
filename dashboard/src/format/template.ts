import type { TemplateView } from "../api/types.ts";
import { sentence } from "./text.ts";

/** "Email", "Email layout". */
export const kindOf = ({ channel, kind }: Pick<TemplateView, "channel" | "kind">): string =>
  kind === "partial" || kind === "layout" ? `${sentence(channel)} ${kind}` : channel === "sms" ? "SMS" : sentence(channel);

/** The template without what only the server writes: it can be put again as it is. */
export const definitionOf = (template: TemplateView): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(template).filter(([name]) => !["createdAt", "updatedAt", "warnings"].includes(name)));

const samples: Readonly<Record<string, (name: string, now: Date) => unknown>> = {
  string: (name) => name,
  number: () => 1,
  boolean: () => true,
  date: (_, now) => now.toISOString().slice(0, 10),
  array: () => [],
  object: () => ({}),
};

/** Data that a template which says what it expects can be shown with: what it has no default for, as plain as its type. */
export const sampleData = (variables: TemplateView["variables"], now: Date): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(variables ?? {}).flatMap(([name, { type, default: value }]) =>
      value === undefined ? [[name, samples[type]?.(name, now) ?? null]] : [],
    ),
  );

/** The object that a text of JSON holds; nothing for an empty text. */
export const readObject = (text: string): { readonly value?: Readonly<Record<string, unknown>>; readonly problem?: string } => {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { value: value as Readonly<Record<string, unknown>> } // an object with whatever fields
      : { problem: "It has to be an object: { … }" };
  } catch {
    return { problem: "This is not JSON" };
  }
};

/** "1.2 KB" */
export const sizeText = (bytes: number): string => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`);
