import { describe, expect, it } from "vitest";
import type { Fact } from "./facts.ts";
import { catalogOf, journey, START, TestUser, track } from "./user-kit.test-suite.ts";

const reasons = (user: TestUser): readonly string[] =>
  user.facts.flatMap((fact: Fact) => ("because" in fact && fact.because !== undefined ? [`${fact.kind}: ${fact.because.clause}`] : []));

describe("the timeline says why", () => {
  it("of changes by call, by a step, by an event and by a group, each with its own reason", () => {
    const steps = { tag: { type: "tag", add: ["x"], next: "end" }, end: { type: "exit" } };
    const user = new TestUser(catalogOf({ journeys: [{ definition: journey({ start: "tag", steps }) }] }));
    user.do({ type: "tags", id: "1", add: ["vip"], remove: [] });
    user.do({ type: "attributes", id: "2", set: { plan: "pro" } });
    user.event(track("Go", START, { context: { device: { token: "t" } } }));
    const { event: _event, ...rest } = track("", START + 1);
    user.event({ ...rest, type: "group", groupId: "acme" });
    user.do({ type: "group", id: "3", groupType: "group", group: "acme", attributes: { values: { seats: 1 }, version: 2 } });
    user.do({ type: "suppress", channel: "email", reason: "asked us to" });
    expect(reasons(user)).toEqual([
      "tag-added: by call",
      "attribute-set: by call",
      "device-added: event Go",
      "run-started: event Go",
      "tag-added: step tag of journey j",
      "group-joined: a group call",
      "group-changed: the group says so",
      "suppressed: by call",
    ]);
  });
});
