import { describe, expect, it } from "vitest";
import { trustedOrigins } from "./trusted-origins.ts";

describe("trustedOrigins", () => {
  it("are the origin asked and the dashboard's", () => {
    expect(trustedOrigins({ DASHBOARD_ORIGIN: "https://tern.pages.dev" }, "https://tern.workers.dev")).toEqual([
      "https://tern.workers.dev",
      "https://tern.pages.dev",
    ]);
    expect(trustedOrigins({}, "https://tern.workers.dev")).toEqual(["https://tern.workers.dev"]);
  });

  it("take both names of a loopback dashboard", () => {
    expect(trustedOrigins({ DASHBOARD_ORIGIN: "http://127.0.0.1:8788" }, "http://127.0.0.1:8787")).toContain("http://localhost:8788");
    expect(trustedOrigins({ DASHBOARD_ORIGIN: "http://localhost:8788" }, "http://127.0.0.1:8787")).toContain("http://127.0.0.1:8788");
  });
});
