import { describe, expect, it } from "vitest";
import { limits } from "./limits.ts";
import { catalogOf, journey, START, TestUser } from "./user-kit.test-suite.ts";

const catalog = catalogOf({
  segments: [
    { key: "vip", kind: "manual" },
    { key: "plain", condition: { type: "not", condition: { type: "segment", segment: "vip" } } },
  ],
  journeys: [{ definition: journey({ trigger: { type: "segment", segment: "vip", change: "enter" } }) }],
});
const members = (add: readonly string[], remove: readonly string[] = []) => ({ type: "members", id: "m", add, remove }) as const;

describe("manual segments", () => {
  it("who is put in joins at once, with the reason, and journeys on the segment start", () => {
    const user = new TestUser(catalog);
    user.do(members(["vip"]));
    expect(user.segments).toEqual(["vip"]);
    expect(user.kinds("segment-entered")).toMatchObject([{ segment: "vip", because: { clause: "put into vip" } }]);
    expect(user.runs).toHaveLength(1);
    expect(user.do(members(["vip"])).facts).toEqual([]);
    user.do(members([], ["vip"]));
    expect(user.segments).toEqual(["plain"]);
  });

  it("a key that is no segment yet is remembered and counts once it is one; each user has a bound", () => {
    const user = new TestUser(catalogOf());
    user.do(members(["later"]));
    expect(user.segments).toEqual([]);
    user.catalog = catalogOf({ version: 2, segments: [{ key: "later", kind: "manual" }] });
    user.do({ type: "refresh", silent: true });
    expect(user.segments).toEqual(["later"]);
    user.do(members(Array.from({ length: limits.manual }, (_, n) => `s${n}`)), START + 1);
    expect(user.kinds("refused")).toMatchObject([{ what: "segments", names: [`s${limits.manual - 1}`] }]);
  });
});
