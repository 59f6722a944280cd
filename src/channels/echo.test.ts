import { describe, expect, it } from "vitest";
import { echoOf, readEcho } from "./echo.ts";

describe("the echo", () => {
  it("comes back as it went out, also where a workspace's id has hyphens", () => {
    expect(readEcho(echoOf("my-shop-1", 12, "m0abc"))).toEqual({ workspace: "my-shop-1", shard: 12, message: "m0abc" });
  });

  it.each(["", "w1", "w1-m0", "w1-x-m0", "w1-0-m0;drop", "w1-0-M0"])("does not read %j", (text) => {
    expect(readEcho(text)).toBeUndefined();
  });
});
