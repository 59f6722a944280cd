import { describe, expect, it } from "vitest";
import { newWorkspace } from "./client.test-support.ts";

const counting = (event: string, more: object = {}): object => ({
  name: event,
  kind: "dynamic",
  condition: { type: "event", event, ...more },
});
const daysAgo = (text: unknown): number => Math.round((Date.now() - Date.parse(String(text))) / 86_400_000);

describe("A newly published condition says how far back it can see", { timeout: 30_000 }, () => {
  it("where it asks for more than what is kept for everybody, and nothing asked before it", async () => {
    const { api } = await newWorkspace();
    const first = await api("PUT /api/segments/ever", counting("Bought"));
    expect(daysAgo((first.body as { seesBackTo: string }).seesBackTo)).toBe(90);
    // What it asks for has been kept since: another that asks for it sees as far as that one.
    expect((await api("PUT /api/segments/also", counting("Bought", { count: { operator: "at-least", value: 2 } }))).body).toMatchObject({
      seesBackTo: null,
    });
    expect((await api("PUT /api/segments/month", counting("Seen", { within: "P30D" }))).body).toMatchObject({ seesBackTo: null });
    expect((await api("GET /api/segments/month")).body).not.toHaveProperty("seesBackTo");
  });

  it("a journey's exit and goals count from the entry, and see all of that", async () => {
    const { api } = await newWorkspace();
    const journey = {
      name: "J",
      trigger: { type: "event", event: "Go" },
      frequency: { type: "once" },
      exit: { type: "event", event: "Bought" },
      start: "done",
      steps: { done: { type: "exit" } },
    };
    await api("PUT /api/journeys/j", journey);
    expect((await api("POST /api/journeys/j/publish", {})).body).toMatchObject({ seesBackTo: null });
    await api("PUT /api/journeys/j", {
      ...journey,
      audience: { type: "not", condition: { type: "event", event: "Left", within: "P365D" } },
    });
    const published = (await api("POST /api/journeys/j/publish", {})).body as { readonly seesBackTo: string };
    expect(daysAgo(published.seesBackTo)).toBe(90);
  });
});
