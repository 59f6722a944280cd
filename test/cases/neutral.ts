/** Behaviour cases in a form of no system: what users did, a definition, and what was expected of it. `t` in ms from the start. */
export interface Given {
  readonly t?: number;
  readonly type: "identify" | "track" | "create_segment" | "redefine" | "subscribe" | "unsubscribe";
  readonly user?: string;
  readonly anonymous?: string;
  readonly traits?: object;
  readonly event?: string;
  readonly properties?: object;
  readonly definition?: Asked;
  readonly group?: string;
}

export interface Many {
  readonly repeat: number;
  readonly event: Given;
}

export interface FieldFilter {
  readonly path: string;
  readonly op: string;
  readonly value?: string | number | boolean;
}

/** What a segment asks. */
export interface Asked {
  readonly trait?: string;
  readonly op?: string;
  readonly value?: string | number;
  readonly seconds?: number;
  readonly at_least_seconds?: number;
  readonly less_than_seconds?: number;
  readonly event?: string;
  readonly last_event?: string;
  readonly count?: { readonly op: string; readonly n: number };
  readonly within_seconds?: number;
  readonly where?: readonly FieldFilter[];
  readonly has?: readonly FieldFilter[];
  readonly all?: readonly Asked[];
  readonly any?: readonly Asked[];
  readonly everyone?: boolean;
  readonly subscription_group?: string;
  readonly kind?: "opt_in" | "opt_out";
}

/** A rule about one user's fields and events. */
export interface Rule {
  readonly kind?: "attribute" | "event";
  readonly type?: "string" | "number" | "boolean" | "date" | "array";
  readonly path?: string;
  readonly name?: string;
  readonly op?: string;
  readonly value?: string | number | boolean;
  readonly where?: readonly Rule[];
  readonly children?: readonly Rule[];
}

const operators: Readonly<Record<string, string>> = {
  equals: "equals",
  not_equals: "not-equals",
  exists: "exists",
  not_exists: "not-exists",
  gte: "at-least",
  lt: "less-than",
};
const counts: Readonly<Record<string, string>> = { ">=": "at-least", "=": "exactly", "<": "less-than", ">": "greater-than" };
const seconds = (n: number): string => `PT${n}S`;

const known = (table: Readonly<Record<string, string>>, name: string | undefined): string => {
  const found = name === undefined ? undefined : table[name];
  if (found === undefined) throw new Error(`expected a known operator, got ${name}`);
  return found;
};

const filter = ({ path, op, value }: FieldFilter): object => ({
  path: `properties.${path}`,
  operator: known(operators, op),
  ...(value !== undefined && { value }),
});

/** What a segment asks, in the language of definitions. */
export const conditionOf = (asked: Asked): object => {
  if (asked.all !== undefined) return { type: "and", conditions: asked.all.map(conditionOf) };
  if (asked.any !== undefined) return { type: "or", conditions: asked.any.map(conditionOf) };
  if (asked.everyone === true) return { type: "everyone" };
  if (asked.subscription_group !== undefined) return { type: "subscription", topic: topicKey(asked.subscription_group), state: "opted-in" };
  if (asked.last_event !== undefined)
    return { type: "last-event", event: asked.last_event, where: (asked.where ?? []).map(filter), has: (asked.has ?? []).map(filter) };
  if (asked.event !== undefined)
    return {
      type: "event",
      event: asked.event,
      ...(asked.where && { where: asked.where.map(filter) }),
      ...(asked.count && { count: { operator: known(counts, asked.count.op), value: asked.count.n } }),
      ...(asked.within_seconds !== undefined && { within: seconds(asked.within_seconds) }),
    };
  const path = (asked.trait ?? "").replace(/^\$(?=\[)/, "");
  if (asked.op === "within") return { type: "attribute", path, operator: "within-last", value: seconds(asked.seconds ?? 0) };
  if (asked.op === "has_been") {
    const held = { type: "attribute", path, operator: "equals", value: asked.value };
    const length = seconds(asked.at_least_seconds ?? asked.less_than_seconds ?? 0);
    if (asked.at_least_seconds !== undefined) return { ...held, for: length };
    return { type: "and", conditions: [held, { type: "not", condition: { ...held, for: length } }] };
  }
  return { type: "attribute", path, operator: known(operators, asked.op), ...(asked.value !== undefined && { value: asked.value }) };
};

export const topicKey = (group: string): string => group.toLowerCase();

const fieldOperators: Readonly<Record<string, string>> = {
  "=": "equals",
  "!=": "not-equals",
  "is set": "exists",
  "is not set": "not-exists",
  contains: "contains",
  "not contain": "not-contains",
  ">": "greater-than",
  ">=": "at-least",
  "<": "less-than",
  "<=": "at-most",
};

/** Asks one field; `prefix` is where an event keeps its own. */
const fieldCondition = (
  { type, path = "", op = "=", value }: Rule,
  prefix: string,
): { readonly path: string; readonly operator: string; readonly value?: unknown } => {
  const place = `${prefix}${path.replace(/^\$\./, "")}`;
  if (type === "array" && op === "empty") return { path: `${place}[*]`, operator: "not-exists" };
  if (type === "date" && op === "=") return { path: place, operator: "between", value: [value, value] };
  const wanted = type === "boolean" && value === undefined ? true : type === "number" && typeof value === "string" ? Number(value) : value;
  return { path: place, operator: known(fieldOperators, op), ...(wanted !== undefined && { value: wanted }) };
};

/** A rule in the language of definitions. Filters joined by "or" or "none" are conditions of their own: on one event all filters must hold. */
export const ruleCondition = (rule: Rule): object => {
  if (rule.children !== undefined) return { type: rule.op ?? "and", conditions: rule.children.map(ruleCondition) };
  if (rule.kind === "attribute") return { type: "attribute", ...fieldCondition(rule, "") };
  if (rule.kind !== "event") return { type: rule.op ?? "and" };
  const event = { type: "event", event: rule.name };
  const where = (rule.where ?? []).map((one) => fieldCondition(one, "properties."));
  if (rule.op === "or") return { type: "or", conditions: where.map((one) => ({ ...event, where: [one] })) };
  if (rule.op === "none") return { ...event, where: where.map(negated) };
  return { ...event, ...(where.length > 0 && { where }) };
};

const negations: Readonly<Record<string, string>> = { "greater-than": "at-most", equals: "not-equals" };
const negated = (field: { readonly operator: string }): object => ({ ...field, operator: known(negations, field.operator) });

/** What users did, as lines of a script. */
export const linesOf = (given: readonly (Given | Many)[]): readonly object[] =>
  given.flatMap((one) =>
    "repeat" in one
      ? Array.from({ length: one.repeat }, (_, index) => line({ ...one.event, user: (one.event.user ?? "").replace("{i}", String(index)) }))
      : [line(one)],
  );

const at = (t = 0): string => `${t < 0 ? "-" : ""}PT${Math.abs(t) / 1_000}S`;

const line = ({ t, type, user, anonymous, traits, event, properties, definition, group }: Given): object => {
  const who = user === undefined ? { anonymousId: anonymous } : { userId: user };
  switch (type) {
    case "identify":
      return { at: at(t), type, ...who, traits: resolved(traits) };
    case "track":
      return { at: at(t), type, ...who, event, ...(properties && { properties }) };
    case "subscribe":
    case "unsubscribe":
      return {
        at: at(t),
        type: "subscription",
        ...who,
        topic: topicKey(group ?? ""),
        state: type === "subscribe" ? "opted-in" : "opted-out",
      };
    case "redefine":
      return { at: at(t), type: "publish", segment: segmentOf(definition ?? {}) };
    case "create_segment":
      return { at: at(t), type: "publish", segment: segmentOf({}) };
  }
};

export const segmentOf = (asked: Asked): object => ({ key: "asked", name: "Asked", kind: "dynamic", condition: conditionOf(asked) });

/** "{-PT0.1S}" is that instant as text. */
const resolved = (traits: object | undefined): object =>
  Object.fromEntries(
    Object.entries(traits ?? {}).map(([name, value]) => [name, value === "{-PT0.1S}" ? "2026-01-05T07:59:59.900Z" : (value as unknown)]),
  );
