import { formatDuration } from "./time.ts";
import { shortValue } from "./text.ts";

/** A condition or filter as JSON. Read loosely on purpose: a type this page does not know yet is still shown by its name. */
export type Loose = Readonly<Record<string, unknown>>;

const asLoose = (value: unknown): Loose => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {});
const asList = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(asLoose) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : shortValue(value));

const durationOperators = new Set(["within-last", "not-within-last", "within-next"]);

/** "properties.price is at least 20" */
export const describeFilter = (filter: Loose): string => {
  const operator = text(filter["operator"] ?? "equals");
  const words =
    operator === "equals"
      ? "is"
      : operator === "not-equals"
        ? "is not"
        : operator.startsWith("at-") || operator.endsWith("-than")
          ? `is ${operator.replaceAll("-", " ")}`
          : operator.replaceAll("-", " ");
  const raw = filter["value"];
  const value = raw === undefined ? "" : ` ${durationOperators.has(operator) ? formatDuration(text(raw)) : shortValue(raw)}`;
  const held = filter["for"] === undefined ? "" : ` for ${formatDuration(text(filter["for"]))}`;
  return `${text(filter["path"])} ${words}${value}${held}`;
};

const describeEvent = (condition: Loose): string => {
  const where = asList(condition["where"]).map(describeFilter);
  const count = condition["count"] === undefined ? undefined : asLoose(condition["count"]);
  const parts = [`did “${text(condition["event"])}”`];
  if (where.length > 0) parts.push(`where ${where.join(" and ")}`);
  if (count) parts.push(`${text(count["operator"]).replaceAll("-", " ")} ${text(count["value"])} times`);
  if (condition["within"] !== undefined) parts.push(`in the last ${formatDuration(text(condition["within"]))}`);
  if (condition["after"] !== undefined) parts.push(`after ${text(condition["after"])}`);
  if (condition["before"] !== undefined) parts.push(`before ${text(condition["before"])}`);
  if (condition["since"] !== undefined) parts.push(condition["since"] === "ever" ? "ever" : `since the ${text(condition["since"])}`);
  return parts.join(" ");
};

const joined = (condition: Loose, word: string): string => {
  const parts = asList(condition["conditions"]);
  const texts = parts.map((part) =>
    part["type"] === "and" || part["type"] === "or" ? `(${describeCondition(part)})` : describeCondition(part),
  );
  return texts.join(` ${word} `) || (word === "and" ? "everyone" : "no one");
};

/** A condition in words: `did “Order Completed” in the last 7 days and in segment “vip”`. */
export const describeCondition = (condition: unknown): string => {
  const loose = asLoose(condition);
  switch (loose["type"]) {
    case "and":
    case "or":
      return joined(loose, loose["type"]);
    case "not":
      return `not (${describeCondition(loose["condition"])})`;
    case "everyone":
      return "everyone";
    case "attribute":
      return describeFilter(loose);
    case "event":
      return describeEvent(loose);
    case "segment":
      return `in segment “${text(loose["segment"])}”`;
    case "tag":
      return `has tag “${text(loose["tag"])}”`;
    default:
      return text(loose["type"] ?? "unknown condition");
  }
};

/** What starts a journey, in words. */
export const describeTrigger = (trigger: unknown): string => {
  const loose = asLoose(trigger);
  const where = asList(loose["where"]).map(describeFilter);
  if (loose["type"] === "event")
    return `When a user does “${text(loose["event"])}”${where.length > 0 ? ` where ${where.join(" and ")}` : ""}`;
  if (loose["type"] === "segment")
    return `When a user ${loose["change"] === "leave" ? "leaves" : "enters"} segment “${text(loose["segment"])}”`;
  return `Trigger: ${text(loose["type"] ?? "unknown")}`;
};

/** How often a user may enter, in words. */
export const describeFrequency = (frequency: unknown): string => {
  const loose = asLoose(frequency);
  const limit = asLoose(loose["limit"]);
  const tail = limit["count"] === undefined ? "" : `, at most ${text(limit["count"])} per ${formatDuration(text(limit["per"]))}`;
  if (loose["type"] === "once") return "Once per user";
  if (loose["type"] === "interval") return `At most once every ${formatDuration(text(loose["every"]))}${tail}`;
  return `Every time${loose["oneAtATime"] === true ? ", one run at a time" : ""}${tail}`;
};
