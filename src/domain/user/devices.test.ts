import { describe, expect, it } from "vitest";
import { limits } from "./limits.ts";
import { catalogOf, DAY, HOUR, START, TestUser, track } from "./user-kit.test-suite.ts";

const withToken = (time: number, token: string, type = "ios") => track("Open", time, { context: { device: { token, type } } });
const devices = (add: readonly string[], remove: readonly string[] = []) =>
  ({ type: "devices", id: "d", add: add.map((token) => ({ token, platform: "ios" as const })), remove }) as const;

describe("devices of a user", () => {
  it("any call that carries context.device.token adds it once, with its platform", () => {
    const user = new TestUser(catalogOf());
    user.event(withToken(START, "t1", "Android"));
    const { profile } = user.state;
    user.event(withToken(START + HOUR, "t1", "android"));
    expect(user.state.profile.devices).toBe(profile.devices);
    user.event(withToken(START + 2 * DAY, "t1", "android"));
    expect(user.state.profile.devices).toEqual({ t1: { platform: "android", order: [START + 2 * DAY, START + 2 * DAY, 0] } });
    expect(user.kinds("device-added")).toMatchObject([{ token: "t1" }]);
  });

  it("a removed token is not brought back by an older call, and is by a newer one", () => {
    const user = new TestUser(catalogOf());
    user.event(withToken(START, "t1"));
    user.do(devices([], ["t1"]), START + HOUR);
    user.event(withToken(START + 1, "t1"));
    expect(user.state.profile.devices["t1"]?.removed).toBe(true);
    user.event(withToken(START + 2 * HOUR, "t1"));
    expect(user.state.profile.devices["t1"]?.removed).toBeUndefined();
    expect(user.facts.map(({ kind }) => kind).filter((kind) => kind.startsWith("device"))).toEqual([
      "device-added",
      "device-removed",
      "device-added",
    ]);
  });

  it("removing a token nobody knows changes nothing; beyond the bound removed and oldest ones go", () => {
    const user = new TestUser(catalogOf());
    user.do(devices([], ["unknown"]));
    expect(user.state.profile.devices).toEqual({});
    for (let n = 0; n < limits.devices; n++) user.do(devices([`t${n}`]), START + n);
    user.do(devices([], ["t7"]), START + 500);
    user.do(devices(["new"]), START + 501);
    expect(Object.keys(user.state.profile.devices)).toHaveLength(limits.devices);
    expect(user.state.profile.devices["t7"]).toBeUndefined();
    user.do(devices(["newer"]), START + 502);
    expect(user.state.profile.devices["t0"]).toBeUndefined();
  });
});
