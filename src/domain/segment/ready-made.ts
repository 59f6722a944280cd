import type { Channel } from "../message/message.ts";
import type { Condition } from "./conditions/all.ts";
import type { SegmentDefinition } from "./segment.ts";

const anyOf = (...conditions: readonly Condition[]): Condition => ({ type: "or", conditions: [...conditions] });
const did = (event: string, within?: string): Condition => ({ type: "event", event, within });

const reachableBy = (channel: Channel, name: string): SegmentDefinition => ({
  key: `reachable-by-${channel}`,
  name: `Reachable by ${name}`,
  description: `Has an address for ${name}, which is not suppressed, and has not opted out of the channel`,
  kind: "dynamic",
  condition: { type: "reachable", channel },
});

/** Segments every workspace starts with (docs/language.md, Segments), by the names of the Segment specs for e-commerce and B2B. */
export const readyMadeSegments: readonly SegmentDefinition[] = [
  { key: "everyone", name: "Everyone", kind: "dynamic", condition: { type: "everyone" } },
  {
    key: "paying-customers",
    name: "Paying customers",
    description: "Completed an order or started a subscription at least once",
    kind: "dynamic",
    condition: anyOf(did("Order Completed"), did("Subscription Started")),
  },
  {
    key: "not-logged-in-recently",
    name: "Have not logged in recently",
    description: "No sign-in within the last 30 days",
    kind: "dynamic",
    condition: { type: "not", condition: did("Signed In", "P30D") },
  },
  {
    key: "signed-up-recently",
    name: "Signed up recently",
    description: "Signed up within the last 7 days, by the event or by the attribute createdAt",
    kind: "dynamic",
    condition: anyOf(did("Signed Up", "P7D"), { type: "attribute", path: "createdAt", operator: "within-last", value: "P7D" }),
  },
  {
    key: "unsubscribed",
    name: "Unsubscribed",
    description: "Opted out of email, SMS or push altogether",
    kind: "dynamic",
    condition: anyOf(
      { type: "subscription", channel: "email", state: "opted-out" },
      { type: "subscription", channel: "sms", state: "opted-out" },
      { type: "subscription", channel: "push", state: "opted-out" },
    ),
  },
  reachableBy("email", "email"),
  reachableBy("sms", "SMS"),
  reachableBy("push", "push"),
];
