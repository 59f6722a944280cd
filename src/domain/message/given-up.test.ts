import { describe, expect, it } from "vitest";
import { givenUp } from "./given-up.ts";
import { messageStatuses } from "./message.ts";

describe("givenUp", () => {
  it("is what failed and what is uncertain, and nothing else", () =>
    expect(messageStatuses.filter((status) => givenUp({ status }) !== undefined)).toEqual(["failed", "uncertain"]));

  it("says that the user may have it where the last attempt, or any before it, ended without a clear answer", () => {
    expect(givenUp({ status: "failed" })).toEqual({ mayBeOut: false });
    expect(givenUp({ status: "failed", unclear: true })).toEqual({ mayBeOut: true });
    expect(givenUp({ status: "uncertain" })).toEqual({ mayBeOut: true });
  });
});
