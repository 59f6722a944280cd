/** A naive second reading of the conditions: no index, no windows kept, every question scans all events there ever were. */
import { compareOrder, orderOf, type UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import { sampleOf } from "../user/sampling.ts";
import type { GroupMembership } from "../user/state.ts";
import type { Since } from "./condition.ts";
import type { Condition } from "./conditions/all.ts";
import { countsSince, filterHolds, millisOf, type OracleWorld } from "./oracle-world.test-suite.ts";
import { aggregateHolds, counts, lastEventHolds, sequenceHolds } from "./event-oracle.test-suite.ts";

export const oracle = (condition: Condition, world: OracleWorld, now: number, since: Since): boolean => {
  const nested = (inner: unknown): boolean => oracle(inner as Condition, world, now, since); // the registry types nested conditions loosely
  switch (condition.type) {
    case "and":
      return condition.conditions.every(nested);
    case "or":
      return condition.conditions.some(nested);
    case "not":
      return !nested(condition.condition);
    case "everyone":
      return true;
    case "tag":
      return world.user.tags.includes(condition.tag);
    case "event":
    case "page":
    case "screen":
      return countHolds(condition, eventCount(condition, world, now, since));
    case "last-event":
      return lastEventHolds(condition, world, now, since);
    case "sequence":
      return sequenceHolds(condition, world, now, since);
    case "aggregate":
      return aggregateHolds(condition, world, now, since);
    case "message":
      return countHolds(condition, messageCount(condition, world, now, since));
    case "trigger":
      return filterHolds(condition, world.run?.trigger?.properties?.[condition.path.slice("properties.".length)], now);
    case "group": {
      const groups = world.user.groups.filter(({ left, type }) => left === undefined && (condition.groupType ?? type) === type);
      const positive = { ...condition, operator: condition.operator.replace("not-", "") } as typeof condition; // the operator it negates
      const value = (group: GroupMembership): Json | undefined =>
        condition.path === "id"
          ? group.id
          : condition.path === "relationship.role"
            ? group.relationship["role"]
            : group.attributes[condition.path];
      return groups.some((group) => filterHolds(positive, value(group), now)) !== condition.operator.startsWith("not-");
    }
    case "random":
      return sampleOf(world.user.samplingId, condition.salt ?? "random") < condition.percent;
    case "subscription": {
      const { topic, channel } = condition;
      const said = Object.entries(world.user.subscriptions).flatMap(([key, state]) => {
        const covers =
          key === `topic:${topic}` || (channel !== undefined && (key === `channel:${channel}` || key === `topic:${topic}@${channel}`));
        return covers && state !== undefined ? [{ key, state }] : [];
      });
      const isIn = said.some(({ key, state }) => key.startsWith("topic:") && state === "opted-in") || topic !== "offers";
      return (said.some(({ state }) => state === "opted-out") || !isIn ? "opted-out" : "opted-in") === condition.state;
    }
    case "reachable":
      return isReachable(condition.channel, world.user);
    case "attribute":
      return attributeHolds(condition, world, now);
    case "segment":
      throw new Error("the oracle knows no segments");
  }
};

type EventCondition = Extract<Condition, { type: "event" | "page" | "screen" }>;
type AttributeCondition = Extract<Condition, { type: "attribute" }>;

const countHolds = ({ count = { operator: "at-least", value: 1 } }: Pick<EventCondition, "count">, found: number): boolean => {
  switch (count.operator) {
    case "at-least":
      return found >= count.value;
    case "greater-than":
      return found > count.value;
    case "at-most":
      return found <= count.value;
    case "less-than":
      return found < count.value;
    case "exactly":
      return found === count.value;
  }
};

const eventCount = (condition: EventCondition, world: OracleWorld, now: number, since: Since): number =>
  world.events.filter((event) => {
    const kind = condition.type === "event" ? "track" : condition.type;
    if (!counts(event, { ...condition, event: condition.event ?? "*", kind }, world, since)) return false;
    if (condition.within !== undefined && !(now < event.time + millisOf(condition.within))) return false;
    if (condition.between !== undefined && (event.time < Date.parse(condition.between[0]) || event.time > Date.parse(condition.between[1])))
      return false;
    if (condition.after !== undefined && event.time <= Date.parse(condition.after)) return false;
    return condition.before === undefined || event.time < Date.parse(condition.before);
  }).length;

const messageCount = (condition: Extract<Condition, { type: "message" }>, world: OracleWorld, now: number, defaultSince: Since): number => {
  const progress = ["sent", "delivered", "opened", "clicked", "replied", "converted"];
  const from = progress.indexOf(condition.status);
  return world.messages.filter(({ template, run, reached = {} }) => {
    if (condition.template !== undefined ? template !== condition.template : run?.step !== condition.step || run?.id !== world.run?.id)
      return false;
    const instants = Object.entries(reached).flatMap(([status, at]) =>
      status === condition.status || (from !== -1 && progress.indexOf(status) > from) ? [at] : [],
    );
    if (instants.length === 0) return false;
    const at = Math.min(...instants);
    if (condition.within !== undefined && !(now < at + millisOf(condition.within))) return false;
    const since = condition.step === undefined && world.run !== undefined ? defaultSince : "ever";
    const event: UserEvent = { id: "status", type: "track", time: at, receivedAt: at, index: 0, key: "server" };
    return countsSince(event, since, world.run);
  }).length;
};

const isReachable = (channel: string, { email, devices, removed, suppressions, subscriptions }: OracleWorld["user"]): boolean => {
  const addresses: readonly (string | undefined)[] =
    channel === "email"
      ? email === undefined
        ? []
        : [email]
      : channel === "push"
        ? devices.filter((token) => !removed.includes(token))
        : channel === "sms"
          ? []
          : [undefined];
  const isSuppressed = (address: string | undefined): boolean =>
    "*" in suppressions || channel in suppressions || `${channel}:${address}` in suppressions;
  return (
    addresses.some((address) => !isSuppressed(address)) &&
    (channel === "email" || channel === "push" ? subscriptions[`channel:${channel}`] !== "opted-out" : true)
  );
};

const attributeHolds = (condition: AttributeCondition, world: OracleWorld, now: number): boolean => {
  const holds = (value: Json | undefined): boolean => filterHolds(condition, value, now);
  const writes = world.events
    .filter((event) => event.type === "identify" && event.traits !== undefined && condition.path in event.traits)
    .toSorted((a, b) => compareOrder(orderOf(a), orderOf(b)));
  let value: Json | undefined;
  let since: number | undefined = holds(undefined) ? world.createdAt : undefined;
  for (const write of writes) {
    value = write.traits?.[condition.path] ?? undefined;
    since = holds(value) ? Math.min(since ?? write.time, write.time) : undefined;
  }
  if (!holds(value)) return false;
  return condition.for === undefined || (since !== undefined && now >= since + millisOf(condition.for));
};
