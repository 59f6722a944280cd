import { describe, expect, it } from "vitest";
import { newUser } from "./new-user.ts";
import type { Profile } from "./state.ts";
import { zoneOf } from "./zone.ts";

const order = [1, 1, 0] as const;
const profile = (attribute?: unknown, call?: string): Profile => ({
  ...newUser("w", "u:u", 0).profile,
  ...(attribute !== undefined && { attributes: { timezone: { value: attribute as string, order } } }),
  ...(call !== undefined && { timezone: { value: call, order } }),
});

describe("zoneOf", () => {
  it.each([
    ["the attribute first", profile("Asia/Tokyo", "Europe/Berlin"), "America/Lima", "Asia/Tokyo"],
    ["then the newest call's context", profile(undefined, "Europe/Berlin"), "America/Lima", "Europe/Berlin"],
    ["then the workspace's", profile(), "America/Lima", "America/Lima"],
    ["then UTC", profile(), "Nowhere/At-All", "UTC"],
    ["passing over what is no zone", profile("Atlantis", "GMT+99"), "America/Lima", "America/Lima"],
    ["passing over what is no text", profile(3_600, "Europe/Berlin"), "UTC", "Europe/Berlin"],
  ] as const)("is %s", (_name, of, workspace, zone) => expect(zoneOf(of, workspace)).toBe(zone));
});
