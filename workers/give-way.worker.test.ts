import { describe, expect, it } from "vitest";
import { giveWay } from "./give-way.ts";
import { noteRequest } from "./load.ts";

/** Keeps the isolate busy for `ms`, as a burst of requests does. */
const burst = async (ms: number): Promise<void> => {
  for (const end = Date.now() + ms; Date.now() < end;) {
    for (let request = 0; request < 20; request++) noteRequest();
    await scheduler.wait(5);
  }
};

describe("giveWay", () => {
  it("small batches never wait, and no batch waits at low load", () => {
    expect(giveWay(2_000)()).toBeUndefined();
    for (let request = 0; request < 100; request++) noteRequest();
    expect(giveWay(100)()).toBeUndefined();
  });

  it("a large batch waits while requests come in, at most for its bound, all pieces together", async () => {
    const busy = burst(1_500);
    await scheduler.wait(20);
    const others = giveWay(300);
    const start = Date.now();
    await Promise.all([others(), others(), others()]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(150);
    expect(Date.now() - start).toBeLessThan(1_400);
    expect(others()).toBeUndefined();
    await busy;
  });
});
