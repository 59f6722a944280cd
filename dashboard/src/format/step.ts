import type { Loose } from "./condition.ts";
import { formatDuration } from "./time.ts";
import { sentence } from "./text.ts";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const describeUntil = (value: unknown): string => {
  const until = (typeof value === "object" && value !== null ? value : {}) as Loose; // read loosely, as all definitions here
  const days = list(until["days"]);
  if (until["time"] !== undefined)
    return `Until ${text(until["time"])}${days.length > 0 ? ` on ${days.map(sentence).join(", ")}` : ""}${until["zone"] === "user" ? " (user's time)" : ""}`;
  return `Until ${text(until["attribute"] ?? until["trigger"])}${until["offset"] === undefined ? "" : ` ${text(until["offset"])}`}`;
};

/** What a step does, in a few words: the second line of its card. */
export const describeStep = (step: Loose): string => {
  switch (step["type"]) {
    case "send":
      return `${sentence(text(step["channel"]))} “${text(step["template"])}”`;
    case "wait":
      return step["for"] === undefined ? describeUntil(step["until"]) : `For ${formatDuration(text(step["for"]))}`;
    case "branch":
      return `${list(step["paths"]).length + 1} ways on`;
    case "tag":
      return [...list(step["add"]).map((tag) => `+${tag}`), ...list(step["remove"]).map((tag) => `−${tag}`)].join(" ");
    case "exit":
      return text(step["reason"]) || "End of the journey";
    default:
      return sentence(text(step["type"]));
  }
};

/** The step's own name, else its key made readable. */
export const stepTitle = (key: string, step: Loose): string => text(step["name"]) || sentence(key);
