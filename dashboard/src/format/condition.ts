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

const whereOf = (condition: Loose, field = "where"): string => {
  const filters = asList(condition[field]).map(describeFilter);
  return filters.length > 0 ? ` where ${filters.join(" and ")}` : "";
};

const countOf = (condition: Loose): string => {
  if (condition["count"] === undefined) return "";
  const count = asLoose(condition["count"]);
  return ` ${text(count["operator"]).replaceAll("-", " ")} ${text(count["value"])} times`;
};

const verbs: Readonly<Record<string, string>> = { page: "viewed page", screen: "viewed screen" };

const describeEvent = (condition: Loose): string => {
  const name = condition["event"] ?? condition["name"];
  const parts = [`${verbs[text(condition["type"])] ?? "did"} “${text(name ?? "*")}”${whereOf(condition)}${countOf(condition)}`];
  if (condition["within"] !== undefined) parts.push(`in the last ${formatDuration(text(condition["within"]))}`);
  if (condition["after"] !== undefined) parts.push(`after ${text(condition["after"])}`);
  if (condition["before"] !== undefined) parts.push(`before ${text(condition["before"])}`);
  if (condition["since"] !== undefined) parts.push(condition["since"] === "ever" ? "ever" : `since the ${text(condition["since"])}`);
  return parts.join(" ");
};

const describeAggregate = (condition: Loose): string => {
  const within = condition["within"] === undefined ? "" : ` in the last ${formatDuration(text(condition["within"]))}`;
  const of = condition["path"] === undefined ? "" : ` of ${text(condition["path"])}`;
  const compared = `is ${text(condition["operator"]).replaceAll("-", " ")} ${text(condition["value"])}`;
  return `${text(condition["function"])}${of} over “${text(condition["event"])}”${whereOf(condition)}${within} ${compared}`;
};

const describeMessage = (condition: Loose): string => {
  const of = condition["template"] ?? condition["step"] ?? condition["broadcast"];
  const within = condition["within"] === undefined ? "" : ` in the last ${formatDuration(text(condition["within"]))}`;
  return `message “${text(of)}” was ${text(condition["status"])}${countOf(condition)}${within}`;
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
    case "page":
    case "screen":
      return describeEvent(loose);
    case "last-event":
      return `newest “${text(loose["event"])}”${whereOf(loose)} has ${asList(loose["has"]).map(describeFilter).join(" and ")}`;
    case "sequence":
      return asList(loose["steps"]).map(describeCondition).join(", then ");
    case "aggregate":
      return describeAggregate(loose);
    case "message":
      return describeMessage(loose);
    case "subscription":
      return `${text(loose["state"]).replaceAll("-", " ")} ${[loose["topic"], loose["channel"]]
        .filter((part) => part !== undefined)
        .map(text)
        .join(" by ")}`.trim();
    case "reachable":
      return `reachable by ${text(loose["channel"])}`;
    case "group":
      return `belongs to ${loose["groupType"] === undefined ? "a group" : `a group of type “${text(loose["groupType"])}”`} with ${describeFilter(loose)}`;
    case "random":
      return `is among ${text(loose["percent"])} % of users`;
    case "trigger":
      return `what started the run has ${describeFilter(loose)}`;
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
  return otherTriggers[text(loose["type"])]?.(loose) ?? `Trigger: ${text(loose["type"] ?? "unknown")}`;
};

const otherTriggers: Readonly<Record<string, (trigger: Loose) => string>> = {
  page: (trigger) => `When a user views page “${text(trigger["name"] ?? trigger["page"] ?? "*")}”${whereOf(trigger)}`,
  screen: (trigger) => `When a user views screen “${text(trigger["name"] ?? trigger["screen"] ?? "*")}”${whereOf(trigger)}`,
  group: (trigger) => `When a user’s group is ${text(trigger["change"])}`,
  attribute: (trigger) => `When “${text(trigger["path"] ?? trigger["attribute"])}” changes`,
  date: (trigger) => `By the date in “${text(trigger["attribute"] ?? trigger["path"])}”`,
  schedule: () => "By schedule",
  api: () => "When your server says so",
  message: (trigger) => `When a message is ${text(trigger["status"])}`,
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
