import { describe, it } from "vitest";
import { historyCases } from "./history-conformance.test-suite.ts";
import { MemoryHistory } from "./memory-history.ts";

describe("MemoryHistory", () => {
  for (const { name, run } of historyCases) it(name, () => run(new MemoryHistory()));
});
