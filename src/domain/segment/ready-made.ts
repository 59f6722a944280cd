import type { Condition } from "./conditions/all.ts";
import type { SegmentDefinition } from "./segment.ts";

const anyOf = (...conditions: readonly Condition[]): Condition => ({ type: "or", conditions: [...conditions] });
const did = (event: string, within?: string): Condition => ({ type: "event", event, within });

/**
 * Segments every workspace starts with (docs/language.md, Segments), by the names of the Segment specs for e-commerce and B2B.
 * Unsubscribed and Reachable by email, sms, push need the conditions `subscription` and `reachable`, which are not built yet.
 */
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
];
