import { afterEach, describe, expect, it, vi } from "vitest";
import { bindings, newWorkspace } from "./client.test-support.ts";
import { track, user } from "../../test/support/workspace.ts";
import { logEvents } from "../../src/storage/shard/event-log.ts";

const dayMs = 86_400_000;
const draft = {
  key: "again",
  name: "Again",
  trigger: { type: "event", event: "Order Completed" },
  audience: { type: "event", event: "Order Completed", count: { operator: "at-least", value: 2 } },
  frequency: { type: "once" },
  start: "thank",
  steps: { thank: { type: "tag", add: ["loyal"], next: "done" }, done: { type: "exit" } },
};

afterEach(() => void vi.useRealTimers());

describe("POST /api/journeys/{key}/replay-check", () => {
  it("says what the draft would have done over the last days, and at how many of how many users it looked", async () => {
    const { api, id: workspace } = await newWorkspace();
    await api("PUT /api/journeys/again", draft);
    const ordered = async (name: string, ...daysAgo: readonly number[]): Promise<void> => {
      for (const days of daysAgo) {
        const at = Date.now() - days * dayMs;
        const event = { ...track(name, "Order Completed"), time: at, receivedAt: at };
        await user(workspace, `u:${name}`).apply({ catalog: 0, events: [event] });
        await bindings.SHARD_0.batch([...logEvents(bindings.SHARD_0, [{ workspace, user: `u:${name}`, event }])]);
      }
    };
    await ordered("old-and-new", 20, 2);
    await ordered("once", 3);
    await ordered("long-ago", 20, 19);
    const { status, body } = await api("POST /api/journeys/again/replay-check", { days: 7 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      lookedAt: { users: 2, of: 2, complete: true, cut: 0 },
      entered: 1,
      users: 1,
      refused: { audience: 1 },
      ended: { "exit-step": 1 },
      live: 0,
    });
    expect(body.samples.map(({ id }: { readonly id: string }) => id)).toEqual(["old-and-new", "once"]);
    // Nothing was written.
    expect((await user(workspace, "u:old-and-new").view())?.tags).toEqual([]);
    expect((await api("POST /api/journeys/again/replay-check", { days: 30 })).body).toMatchObject({
      lookedAt: { users: 3, of: 3 },
      entered: 2,
    });
  });

  it("refuses what cannot be: days out of bounds, a journey that is not there", async () => {
    const { api } = await newWorkspace();
    expect((await api("POST /api/journeys/again/replay-check", { days: 7 })).status).toBe(404);
    await api("PUT /api/journeys/again", draft);
    expect((await api("POST /api/journeys/again/replay-check", { days: 0 })).body.errors).toMatchObject([{ path: "days" }]);
  });
});
