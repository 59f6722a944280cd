import { describe, expect, it } from "vitest";
import { historyCases } from "./history-conformance.test-suite.ts";
import { MemoryHistory } from "./memory-history.ts";

describe("MemoryHistory", () => {
  it.each(historyCases)("$name", ({ run }) => {
    expect.hasAssertions();
    run(new MemoryHistory());
  });
});
