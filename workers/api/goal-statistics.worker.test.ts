import { describe, expect, it, vi } from "vitest";
import { call, newWorkspace, templateOf } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

describe("goals of a journey with a holdout", () => {
  it("are reported per run, path and side, with messages withheld counted", async () => {
    const { api, writeKey } = await newWorkspace();
    const track = (userId: string, event: string) => call("POST /v1/track", { key: writeKey, body: { userId, event } });
    await api("PUT /api/templates/hello", templateOf());
    const journey = {
      name: "Tried out",
      trigger: { type: "event", event: "Go" },
      frequency: { type: "once" },
      goals: [{ key: "ordered", name: "Ordered", condition: { type: "event", event: "Order" }, within: "P7D" }],
      start: "hold",
      steps: {
        hold: { type: "holdout", percent: 50, next: "mail" },
        mail: { type: "send", channel: "email", template: "hello", transactional: true, next: "end" },
        end: { type: "exit" },
      },
    };
    expect((await api("PUT /api/journeys/tried", journey)).status).toBe(201);
    expect((await api("POST /api/journeys/tried/publish")).status).toBe(200);
    const users = Array.from({ length: 12 }, (_, index) => `u${index}`);
    for (const id of users) await api(`PATCH /api/users/${id}`, { attributes: { email: `${id}@example.com` } });
    for (const id of users) await track(id, "Go");
    const statistics = async () => (await api("GET /api/journeys/tried/statistics")).body;
    await vi.waitFor(async () => expect((await statistics()).ended).toEqual({ "exit-step": 12 }), { timeout: 15_000, interval: 100 });
    // Every run has ended: its goals are open all the same.
    for (const id of users.slice(0, 5)) await track(id, "Order");
    await vi.waitFor(async () => expect((await statistics()).goals.ordered.reached).toBe(5), { timeout: 15_000, interval: 100 });
    const { goals, steps } = await statistics();
    const { holdout, treated, byPath } = goals.ordered;
    expect(goals.ordered).toMatchObject({ runs: 12, reached: 5, rate: 5 / 12, byVariant: {} });
    expect(holdout.runs + treated.runs).toBe(12);
    expect(holdout.reached + treated.reached).toBe(5);
    expect(byPath["hold:held-out"] ?? { runs: 0 }).toMatchObject({ runs: holdout.runs });
    expect(steps.mail.messages).toEqual({
      ...(holdout.runs > 0 && { withheld: holdout.runs }),
      ...(treated.runs > 0 && { sent: treated.runs }),
    });
    if (holdout.runs > 0 && treated.runs > 0) {
      expect(goals.ordered.lift).toBeCloseTo(treated.rate - holdout.rate, 10);
      expect(goals.ordered.interval[0]).toBeLessThan(goals.ordered.interval[1]);
    }
  });
});
