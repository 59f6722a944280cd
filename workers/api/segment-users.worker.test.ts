import { describe, expect, it, vi } from "vitest";
import { projectFacts } from "../../src/storage/shard/project.ts";
import { userObject } from "../user-stub.ts";
import { bindings, journeyOf, newWorkspace, segmentOf, templateOf, type TestWorkspace } from "./client.test-support.ts";

const eventually = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 15_000, interval: 20 });
const condition = { type: "attribute", path: "plan", operator: "equals", value: "pro" };
const withUsers = async (count: number): Promise<TestWorkspace> => {
  const workspace = await newWorkspace();
  for (let n = 0; n < count; n++) await workspace.api(`PATCH /api/users/u${n}`, { attributes: { plan: n % 2 === 0 ? "pro" : "free" } });
  return workspace;
};
const idsIn = (items: readonly { id: string }[]): readonly string[] => items.map(({ id }) => id);

describe("manual segments", () => {
  it("users are put in and taken out by call; unknown ids are named and nobody is made of them", async () => {
    const { api } = await withUsers(3);
    expect((await api("PUT /api/segments/vip", { name: "VIP", kind: "manual" })).status).toBe(201);
    expect((await api("POST /api/segments/vip/members", { add: ["u0", "u1", "nobody"] })).body).toEqual({
      added: 2,
      removed: 0,
      unknown: ["nobody"],
    });
    expect(idsIn((await api("GET /api/segments/vip/members")).body.items)).toEqual(["u0", "u1"]);
    expect((await api("GET /api/users/nobody")).status).toBe(404);
    await api("POST /api/segments/vip/members", { remove: ["u0"] });
    expect(idsIn((await api("GET /api/segments/vip/members")).body.items)).toEqual(["u1"]);
    expect((await api("GET /api/users/u1/explain?segment=vip")).body).toMatchObject({
      member: true,
      condition: { type: "manual", value: true },
    });
  });

  it("refuses what makes no sense, naming the field", async () => {
    const { api } = await withUsers(1);
    await api("PUT /api/segments/buyers", segmentOf());
    expect((await api("POST /api/segments/buyers/members", { add: ["u0"] })).body.errors).toMatchObject([{ path: "key" }]);
    expect((await api("POST /api/segments/none/members", { add: ["u0"] })).status).toBe(404);
    await api("PUT /api/segments/vip", { name: "VIP", kind: "manual" });
    const many = Array.from({ length: 1_001 }, (_, n) => `x${n}`);
    expect((await api("POST /api/segments/vip/members", { add: many })).body.errors).toMatchObject([{ path: "add" }]);
    expect((await api("POST /api/segments/vip/members", { add: ["u0"], remove: ["u0"] })).status).toBe(400);
    expect((await api("PUT /api/segments/vip", { name: "VIP", kind: "manual", condition })).body.errors).toBeDefined();
  });
});

describe("growth of a segment", () => {
  it("counts joins and leaves by day, once each, whatever is repeated", async () => {
    const { api, id } = await withUsers(3);
    await api("PUT /api/segments/vip", { name: "VIP", kind: "manual" });
    await api("POST /api/segments/vip/members", { add: ["u0", "u1"] });
    await api("POST /api/segments/vip/members", { add: ["u0"], remove: ["u1"] });
    const today = new Date().toISOString().slice(0, 10);
    const { body } = await api("GET /api/segments/vip/growth?days=3");
    expect(body.days.map(({ size }: { size: number }) => size)).toEqual([0, 0, 1]);
    expect(body.days.at(-1)).toEqual({ day: today, joined: 2, left: 1, size: 1 });
    // A fact that comes a second time (a queue's redelivery) counts no second time.
    const object = userObject(bindings, id, "u:u0");
    const facts = (await object.timeline({ limit: 200 })).items.flatMap((item) => (item.type === "fact" ? [item.fact] : [])).toReversed();
    await projectFacts(bindings, [{ workspace: id, user: "u:u0", first: 1, facts }]);
    expect((await api("GET /api/segments/vip/growth?days=1")).body.days).toEqual([{ day: today, joined: 2, left: 1, size: 1 }]);
    expect((await api("GET /api/segments/none/growth")).status).toBe(404);
    expect((await api("GET /api/segments/vip/growth?days=0")).body.errors).toMatchObject([{ path: "days" }]);
  });
});

describe("preview of a segment", () => {
  it("a condition that is not saved is counted exactly in a small workspace, with who is in it, and changes nothing", async () => {
    const { api } = await withUsers(5);
    const { body } = await api("POST /api/segments/pros/preview", { condition });
    expect(body).toMatchObject({ estimate: 3, of: 5, sampled: 5, exact: true, interval: [3, 3] });
    expect(idsIn(body.sample)).toEqual(["u0", "u2", "u4"]);
    expect((await api("GET /api/segments/pros")).status).toBe(404);
    const bought = { type: "event", event: "Bought" };
    expect((await api("POST /api/segments/pros/preview", { condition: { type: "not", condition: bought } })).body.estimate).toBe(5);
    const timeline = (await api("GET /api/users/u0/timeline")).body.items;
    expect(timeline.filter(({ fact }: { fact?: { kind: string } }) => fact?.kind === "segment-entered")).toHaveLength(
      (await api("GET /api/users/u0")).body.segments.length,
    );
  });

  it("a saved segment is previewed without a body; what does not hold together is refused as on saving", async () => {
    const { api } = await withUsers(2);
    await api("PUT /api/segments/pros", { name: "Pros", kind: "dynamic", condition });
    expect((await api("POST /api/segments/pros/preview")).body).toMatchObject({ estimate: 1, of: 2 });
    expect((await api("POST /api/segments/none/preview")).status).toBe(404);
    const circle = await api("POST /api/segments/pros/preview", { condition: { type: "segment", segment: "pros" } });
    expect(circle.status).toBe(400);
    expect(JSON.stringify(circle.body)).toContain("pros -> pros");
    expect((await api("POST /api/segments/pros/preview", { condition: { type: "segment", segment: "gone" } })).status).toBe(400);
  });
});

describe("explain", () => {
  it("names every clause of a segment with its answer, and why a journey did not take the user in", async () => {
    const { api } = await withUsers(2);
    await api("PUT /api/segments/pros", {
      name: "Pros",
      kind: "dynamic",
      condition: { type: "and", conditions: [condition, { type: "event", event: "Bought" }] },
    });
    expect((await api("GET /api/users/u0/explain?segment=pros")).body).toMatchObject({
      member: false,
      since: null,
      condition: { type: "and", value: false, parts: [{ value: true }, { value: false }] },
    });
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/welcome", { ...journeyOf("hello", "Looked"), audience: { type: "segment", segment: "pros" } });
    await api("POST /api/journeys/welcome/publish");
    expect((await api("GET /api/users/u0/explain?journey=welcome")).body).toMatchObject({
      status: "live",
      runs: [],
      entered: { count: 0, last: null },
      audience: { type: "segment", value: false },
      lastRefusal: null,
    });
  });

  it("asks for exactly one of the two, and says what is not there", async () => {
    const { api } = await withUsers(1);
    expect((await api("GET /api/users/u0/explain")).body.errors).toMatchObject([{ path: "segment" }]);
    expect((await api("GET /api/users/u0/explain?segment=a&journey=b")).status).toBe(400);
    expect((await api("GET /api/users/u0/explain?segment=none")).body.detail).toContain('segment "none"');
    expect((await api("GET /api/users/none/explain?segment=everyone")).body.detail).toContain('user "none"');
    expect((await api("GET /api/users/u0/explain?journey=none")).status).toBe(404);
  });
});

describe("a segment in use", () => {
  it("is not deleted: what uses it is named; circles are refused with the circle", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/segments/a", { name: "A", kind: "manual" });
    await api("PUT /api/segments/b", { name: "B", kind: "dynamic", condition: { type: "segment", segment: "a" } });
    expect((await api("DELETE /api/segments/a")).body).toMatchObject({ code: "conflict", detail: expect.stringContaining('segment "b"') });
    await eventually(async () => expect((await api("GET /api/segments/b")).status).toBe(200));
    const circle = await api("PUT /api/segments/a", { name: "A", kind: "dynamic", condition: { type: "segment", segment: "b" } });
    expect(circle.status).toBe(400);
    expect(JSON.stringify(circle.body)).toContain("a -> b -> a");
  });
});
