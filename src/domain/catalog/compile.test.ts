import { describe, expect, it } from "vitest";
import { Fault } from "../fault.ts";
import { journeySchema } from "../journey/journey.ts";
import { segmentSchema } from "../segment/segment.ts";
import type { PublishedJourney } from "./catalog.ts";
import { compileCatalog, withPinnedJourneys } from "./compile.ts";

const segment = (key: string, condition: unknown) => segmentSchema.parse({ key, name: key, kind: "dynamic", condition });
const asks = (key: string) => ({ type: "segment", segment: key });
const journey = (key: string, more: object = {}, version = 1): PublishedJourney => ({
  version,
  status: "live",
  definition: journeySchema.parse({
    key,
    name: key,
    trigger: { type: "event", event: "Product Added", key: "properties.cart" },
    frequency: { type: "every-time" },
    start: "end",
    steps: { end: { type: "exit" } },
    ...more,
  }),
});
const compile = (segments: readonly ReturnType<typeof segment>[], journeys: readonly PublishedJourney[] = []) =>
  compileCatalog({ workspace: "w", version: 1, timezone: "UTC", name: "W", segments, journeys, templates: [], providers: [] });
const faultOf = (run: () => unknown): Fault => {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("expected a Fault");
};

describe("compileCatalog", () => {
  it("orders nested segments before those that ask for them", () => {
    const catalog = compile([
      segment("c", { type: "and", conditions: [asks("b"), asks("a")] }),
      segment("b", { type: "not", condition: asks("a") }),
      segment("a", { type: "everyone" }),
    ]);
    expect(catalog.segmentOrder).toEqual(["a", "b", "c"]);
    expect(catalog.segmentsBySegment.get("a")).toEqual([1, 2]);
  });

  it("refuses segments in a circle and names the circle", () => {
    const fault = faultOf(() =>
      compile([
        segment("x", asks("a")),
        segment("a", asks("b")),
        segment("b", { type: "not", condition: asks("c") }),
        segment("c", asks("a")),
      ]),
    );
    expect(fault.code).toBe("bad-definition");
    expect(fault.message).toContain("a -> b -> c -> a");
    expect(faultOf(() => compile([segment("self", asks("self"))])).message).toContain("self -> self");
  });

  it("refuses what asks for a segment that does not exist", () => {
    expect(faultOf(() => compile([segment("a", asks("gone"))])).message).toBe('Segment "a" asks for segment "gone", which does not exist');
    expect(faultOf(() => compile([], [journey("j", { exit: asks("gone") })])).message).toBe(
      'Journey "j" asks for segment "gone", which does not exist',
    );
  });

  it("lets a stopped journey name a segment that is gone; of others, a schedule's segment must exist too", () => {
    expect(compile([], [{ ...journey("j", { exit: asks("gone") }), status: "stopped" }]).journeys.size).toBe(1);
    const scheduled = journey("j", { trigger: { type: "schedule", segment: "gone", every: "P1D", time: "09:00" } });
    expect(faultOf(() => compile([], [scheduled])).message).toContain('asks for segment "gone"');
  });

  it("finds journeys by what else starts them: attributes, group types, messages, dates", () => {
    const catalog = compile(
      [],
      [
        journey("plan", { trigger: { type: "attribute", path: "plan.name" } }),
        journey("company", { trigger: { type: "group", change: "joined", groupType: "company" } }),
        journey("any-group", { trigger: { type: "group", change: "left" } }),
        journey("mail", { trigger: { type: "message", status: "opened", template: "hello" } }),
        journey("step", { trigger: { type: "message", status: "sent", journey: "exact", step: "one" } }),
        journey("birthday", { trigger: { type: "date", attribute: "born", repeat: "yearly" } }),
        journey("page", { trigger: { type: "page" } }),
      ],
    );
    const keys = (journeys: readonly { readonly key: string }[] | undefined) => (journeys ?? []).map(({ key }) => key);
    expect(keys(catalog.journeysByAttribute.get("plan"))).toEqual(["plan"]);
    expect(keys(catalog.journeysByGroup.get("company"))).toEqual(["company"]);
    expect(keys(catalog.journeysByGroup.get("*"))).toEqual(["any-group"]);
    expect(keys(catalog.journeysByMessage.get("template:hello"))).toEqual(["mail"]);
    expect(keys(catalog.journeysByMessage.get("journey:exact"))).toEqual(["step"]);
    expect(keys(catalog.journeysByDate)).toEqual(["birthday"]);
    expect(keys(catalog.journeysByEvent.find("page:Home"))).toEqual(["page"]);
    expect(keys(catalog.journeysByEvent.find("track:Home"))).toEqual([]);
  });

  it("refuses `since` and `key` outside journeys and says where", () => {
    const since = faultOf(() =>
      compile([segment("a", { type: "or", conditions: [{ type: "everyone" }, { type: "event", event: "A", since: "entry" }] })]),
    );
    expect(since.problems[0]?.path).toBe("segments.a.condition.conditions.1.since");
    expect(faultOf(() => compile([segment("a", { type: "event", event: "A", key: "properties.k" })])).problems[0]?.path).toBe(
      "segments.a.condition.key",
    );
  });

  it("refuses `trigger` and messages of a step outside journeys and says where", () => {
    const trigger = { type: "trigger", path: "properties.total", operator: "at-least", value: 5 };
    expect(faultOf(() => compile([segment("a", { type: "not", condition: trigger })])).problems[0]?.path).toBe(
      "segments.a.condition.condition.type",
    );
    expect(faultOf(() => compile([segment("a", { type: "message", step: "s", status: "sent" })])).problems[0]?.path).toBe(
      "segments.a.condition.step",
    );
    expect(compile([], [journey("j", { audience: trigger })]).journeys.size).toBe(1);
  });

  it("finds journeys by trigger: exact names, prefixes and segments", () => {
    const catalog = compile(
      [segment("vip", { type: "tag", tag: "vip" })],
      [
        journey("exact"),
        journey("prefix", { trigger: { type: "event", event: "Product*" } }),
        journey("other", { trigger: { type: "event", event: "Order" } }),
        journey("joins", { trigger: { type: "segment", segment: "vip", change: "enter" } }),
      ],
    );
    const found = (name: string) => catalog.journeysByEvent.find(name).map(({ key }) => key);
    expect(found("track:Product Added")).toEqual(["exact", "prefix"]);
    expect(found("track:Product Removed")).toEqual(["prefix"]);
    expect(found("track:Nothing")).toEqual([]);
    expect(found("page:Product Added")).toEqual([]);
    expect(catalog.journeysBySegment.get("vip")?.map(({ key }) => key)).toEqual(["joins"]);
  });

  it("shares one tally between conditions that count the same, and keys those of keyed journeys", () => {
    const bought = { type: "event", event: "Bought", where: [{ path: "properties.total", operator: "at-least", value: 5 }] };
    const reordered = {
      where: [{ value: 5, operator: "at-least", path: "properties.total" }],
      count: { operator: "at-least", value: 3 },
      event: "Bought",
      type: "event",
      within: "P1D",
    };
    expect(compile([segment("a", bought), segment("b", reordered)]).tallies.size).toBe(1);
    const keyed = compile(
      [segment("a", bought)],
      [journey("j", { exit: bought, goals: [{ key: "g", name: "G", condition: { ...bought, key: "properties.basket" }, within: "P7D" }] })],
    );
    expect(keyed.tallies.size).toBe(3);
    expect(keyed.talliesByName.find("track:Bought")).toHaveLength(3);
  });

  it("keeps the tallies of pinned versions beside the current ones", () => {
    const catalog = compile([], [journey("j", {}, 2)]);
    expect(catalog.tallies.size).toBe(0);
    const pinned = withPinnedJourneys(catalog, [journey("j", { exit: { type: "event", event: "Order" } }, 1)]);
    expect(pinned.pinned.get("j@1")?.exit).toBeDefined();
    expect(pinned.talliesByName.find("track:Order")).toHaveLength(1);
    expect(catalog.tallies.size).toBe(0);
  });

  it("a pinned version compiles though a segment it names is gone", () => {
    expect(withPinnedJourneys(compile([]), [journey("j", { audience: asks("gone") })]).pinned.size).toBe(1);
  });

  it("gives a definition the same hash however it is written, and another when it says something else", () => {
    const hash = (condition: unknown) => compile([segment("a", condition)]).segments.get("a")?.hash;
    expect(hash({ type: "tag", tag: "x" })).toBe(hash({ tag: "x", type: "tag" }));
    expect(hash({ type: "tag", tag: "x" })).not.toBe(hash({ type: "tag", tag: "y" }));
  });
});
