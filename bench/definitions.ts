import { compileCatalog } from "../src/domain/catalog/compile.ts";
import type { Catalog } from "../src/domain/catalog/catalog.ts";
import { journeySchema } from "../src/domain/journey/journey.ts";
import { segmentSchema } from "../src/domain/segment/segment.ts";

/** The event that is measured. */
export const matchedEvent = "Product Viewed";

/** A journey of the usual kind: waits, asks, would send. */
const journeyOf = (n: number, event: string): unknown => ({
  key: `journey-${n}`,
  name: `Journey ${n}`,
  trigger: { type: "event", event, where: [{ path: "properties.price", operator: "at-least", value: 5 }] },
  frequency: { type: "once" },
  exit: { type: "event", event: `Order ${n}` },
  goals: [{ key: "ordered", name: "Ordered", condition: { type: "event", event: `Order ${n}` }, within: "P7D" }],
  start: "pause",
  steps: {
    pause: { type: "wait", for: "P30D", next: "choose" },
    choose: { type: "branch", paths: [{ condition: { type: "event", event: `Order ${n}` }, next: "done" }], otherwise: "mark" },
    mark: { type: "tag", add: [`seen-${n}`], next: "done" },
    done: { type: "exit" },
  },
});

const segmentOf = (n: number, event: string): unknown => ({
  key: `segment-${n}`,
  name: `Segment ${n}`,
  kind: "dynamic",
  condition: {
    type: "and",
    conditions: [
      { type: "event", event, within: "P7D", count: { operator: "at-least", value: 3 } },
      { type: "attribute", path: "plan", operator: "equals", value: "pro" },
    ],
  },
});

/** A catalog of so many journeys and as many segments, two of each of which the measured event touches. */
export const catalogOf = (definitions: number): Catalog => {
  const numbers = Array.from({ length: definitions }, (_, n) => n);
  const eventFor = (n: number): string => (n < 2 ? matchedEvent : `Event ${n}`);
  return compileCatalog({
    workspace: "bench",
    version: 1,
    name: "Bench",
    timezone: "UTC",
    segments: numbers.map((n) => segmentSchema.parse(segmentOf(n, eventFor(n)))),
    journeys: numbers.map((n) => ({ version: 1, status: "live", definition: journeySchema.parse(journeyOf(n, eventFor(n))) })),
    templates: [],
    providers: [],
  });
};
