import { channelName } from "./channel.ts";
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

const within = (step: Loose): string => (step["within"] === undefined ? "" : ` within ${formatDuration(text(step["within"]))}`);

const names = (value: unknown): readonly string[] => (typeof value === "object" && value !== null ? Object.keys(value) : []);

/** "“hello”", or "“hello” or “short”" where variants share users out. */
const templatesOf = (step: Loose): string => {
  const variants = (Array.isArray(step["variants"]) ? step["variants"] : []) as readonly Loose[]; // read loosely, as all definitions here
  const keys = [...variants.map(({ template }) => template), step["template"]].map(text).filter((key) => key !== "");
  return [...new Set(keys)].map((key) => `“${key}”`).join(" or ");
};

/** What a step does, in a few words: the second line of its card. */
export const describeStep = (step: Loose): string => {
  switch (step["type"]) {
    case "send":
      return `${channelName(text(step["channel"]))} ${templatesOf(step)}${step["bestTime"] === undefined ? "" : ", at the user's best time"}`;
    case "wait":
      return step["for"] === undefined ? describeUntil(step["until"]) : `For ${formatDuration(text(step["for"]))}`;
    case "branch":
      return `${list(step["paths"]).length + 1} ways on`;
    case "wait-until":
      return `Until one of ${list(step["paths"]).length} holds${within(step)}`;
    case "message-status":
      return `What became of “${text(step["of"])}”${within(step)}`;
    case "split":
      return `Split ${list(step["paths"]).length} ways`;
    case "update":
      return [...names(step["set"]), ...names(step["increment"]), ...list(step["unset"])].join(", ");
    case "segment":
      return [...list(step["add"]).map((key) => `+${key}`), ...list(step["remove"]).map((key) => `−${key}`)].join(" ");
    case "event":
      return `Raise “${text(step["event"] ?? step["name"])}”`;
    case "webhook":
      return `${text(step["method"] ?? "POST")} ${text(step["url"])}`;
    case "digest":
      return `Collect “${text(step["event"])}”${within(step)}`;
    case "throttle":
      return `At most ${String(step["count"])} per ${formatDuration(text(step["per"]))}`;
    case "holdout":
      return `Hold out ${String(step["percent"])} %`;
    case "enter":
      return `Start journey “${text(step["journey"])}”`;
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
