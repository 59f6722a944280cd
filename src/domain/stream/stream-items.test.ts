import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import type { Fact } from "../user/facts.ts";
import { itemsOf } from "./stream-items.ts";
import { streamSchema } from "./stream.ts";

const event = (more: Partial<UserEvent>): UserEvent => ({
  id: "e1",
  type: "track",
  anonymousId: "x",
  event: "Order Completed",
  time: 0,
  receivedAt: 1_000,
  index: 3,
  key: "server",
  ...more,
});
const facts: readonly Fact[] = [
  { kind: "segment-entered", at: 0, segment: "buyers" },
  { kind: "waiting", at: 0, journey: "j", version: 1, run: "r", step: "s", until: 60_000 },
  { kind: "tag-added", at: 0, tag: "vip" },
  { kind: "emitted", at: 0, event: event({ id: "e2", event: "Tier Reached" }) },
];
const happened = [
  {
    user: "a:x" as const,
    events: [event({}), event({ id: "e3", type: "identify" })],
    facts: { workspace: "w", user: "a:x" as const, first: 7, facts },
  },
];
const idsOf = (stream: { readonly include: readonly string[]; readonly events?: readonly string[] }): readonly string[] =>
  (itemsOf([{ key: "s", events: ["*"], ...stream } as never], happened).get("s") ?? []).map(({ id }) => id);

describe("itemsOf", () => {
  it.each([
    [{ include: ["events"] }, ["event:a:x:e1", "event:a:x:e3", "event:a:x:e2"]],
    [{ include: ["events"], events: ["Order *", "Tier Reached"] }, ["event:a:x:e1", "event:a:x:e2"]],
    [{ include: ["events"], events: ["order completed"] }, []],
    [{ include: ["segments"] }, ["fact:a:x:7"]],
    [{ include: ["journeys"], events: ["none"] }, ["fact:a:x:8"]],
    [{ include: ["users"] }, ["fact:a:x:9"]],
    [{ include: ["messages"] }, []],
  ])("of %j", (stream, ids) => expect(idsOf(stream)).toEqual(ids));

  it("an event told again after its user was merged is the same item, of whom they are now", () => {
    const again = itemsOf([{ key: "s", events: ["*"], include: ["events"] }], [{ user: "u:ada", events: [event({})] }]).get("s") ?? [];
    expect(again.map(({ id }) => id)).toEqual(["event:a:x:e1"]);
    expect(JSON.parse(again[0]?.body ?? "")).toMatchObject({ user: { id: "ada", anonymous: false } });
  });

  it("tells instants as texts, whose it is, and nothing of how we order or trust it", () => {
    const bodies = itemsOf([{ key: "s", events: ["*"], include: ["events", "journeys"] }], happened).get("s") ?? [];
    expect(bodies.map(({ body }) => JSON.parse(body) as unknown).slice(0, 3)).toMatchObject([
      { id: "event:a:x:e1", type: "event", at: "1970-01-01T00:00:00.000Z", user: { id: "x", anonymous: true } },
      {},
      { type: "waiting", until: "1970-01-01T00:01:00.000Z", journey: "j" },
    ]);
    expect(bodies[0]?.body).not.toContain('"key"');
  });
});

describe("streamSchema", () => {
  const stream = (more: object = {}) => ({
    key: "s",
    url: "https://example.com",
    include: ["events"],
    secrets: [`whsec_${btoa("x".repeat(24))}`],
    ...more,
  });
  it("fills in every event", () => expect(streamSchema.parse(stream())).toMatchObject({ events: ["*"] }));
  it.each([
    ["no secret", { secrets: [] }, "secrets"],
    ["three secrets", { secrets: Array.from({ length: 3 }, () => stream().secrets[0]) }, "secrets"],
    ["a short secret", { secrets: [`whsec_${btoa("x".repeat(12))}`] }, "secrets"],
    ["a secret that is no base64", { secrets: ["whsec_%%%"] }, "secrets"],
    ["an unknown part", { include: ["everything"] }, "include"],
    ["a part twice", { include: ["events", "events"] }, "include"],
    ["a header that signs", { headers: { "Webhook-Signature": "x" } }, "headers"],
    ["a header of two lines", { headers: { "x-a": "1\r\nx-b: 2" } }, "headers"],
    ["an unknown field", { colour: "red" }, undefined],
  ])("refuses %s", (_name, more, field) => {
    expect(streamSchema.safeParse(stream(more)).error?.issues[0]?.path[0]).toBe(field);
  });
});
