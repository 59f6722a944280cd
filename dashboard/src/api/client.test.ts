import { afterEach, describe, expect, it, vi } from "vitest";
import { apiPath, callApi, Problem } from "./client.ts";

afterEach(() => vi.unstubAllGlobals());
const answer = (status: number, body: string) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));

describe("apiPath", () => {
  it("encodes and leaves out what is not given", () =>
    expect(apiPath("/users", { search: "a&b", cursor: undefined, limit: 50, type: "" })).toBe("/api/users?search=a%26b&limit=50"));
});

describe("callApi", () => {
  it("throws the server's problem with its code and bad places", async () => {
    answer(
      400,
      JSON.stringify({
        title: "The input is not valid",
        detail: "name: is missing",
        code: "bad-input",
        errors: [{ path: "name", message: "is missing" }],
      }),
    );
    await expect(callApi("/x")).rejects.toMatchObject({
      status: 400,
      code: "bad-input",
      title: "The input is not valid",
      message: "name: is missing",
      errors: [{ path: "name" }],
    });
  });

  it("tells a page that is no JSON from an answer", async () => {
    answer(200, "<html>");
    await expect(callApi("/x")).rejects.toBeInstanceOf(Problem);
  });

  it("says when the server cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(callApi("/x")).rejects.toMatchObject({ status: 0, title: "No connection" });
  });

  it("answers null for an empty body", async () => {
    answer(200, "");
    expect(await callApi("/x")).toBeNull();
  });
});
