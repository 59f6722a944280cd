import { describe, expect, it } from "vitest";
import { keepingOf } from "./keeping.ts";
import { catalogOf, DAY, HOUR, identify, MINUTE, sendJourney, START, TestUser, track, type CatalogParts } from "./user-kit.test-suite.ts";

const plain = sendJourney({ key: "plain", trigger: { type: "event", event: "Plain" } });
const timed = (bestTime: object = { within: "P1D" }): object => sendJourney({ key: "timed" }, { bestTime });

/** A user with an address; START is a Monday, 08:00 UTC. */
const someone = (parts: CatalogParts = {}, traits: Readonly<Record<string, string>> = {}): TestUser => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: plain }, { definition: timed() }], ...parts }));
  user.event(identify({ email: "a@b.c", ...traits }, START));
  return user;
};

/** Has the user open a message on each of the days from `now` on, so long after midnight UTC. */
const openOnDays = (user: TestUser, days: number, time: number): void => {
  for (let day = 0; day < days; day++) {
    const at = START - 8 * HOUR + day * DAY + time;
    const message = user.event(track("Plain", at - HOUR)).deliver[0]?.message ?? "";
    user.accept(message);
    user.do({ type: "reported", message, status: "opened" }, at);
  }
};

const go = (user: TestUser, now: number): string => {
  const before = new Set(user.messages);
  user.event(track("Go", now));
  return user.messages.find((id) => !before.has(id)) ?? "";
};
const heldUntil = (user: TestUser, message: string): string | undefined => {
  const { status, reason, due } = user.state.open[message] ?? {};
  return status === "held" && reason === "best time" && due !== undefined ? new Date(due).toISOString() : undefined;
};
const evening = 19 * HOUR;

describe("a message with a best time is held until its user usually reads", () => {
  it("and goes out then, once", () => {
    const user = someone();
    openOnDays(user, 3, evening);
    const id = go(user, START + 3 * DAY);
    expect(heldUntil(user, id)).toBe("2026-01-08T19:00:00.000Z");
    user.sleep(START + 3 * DAY + 11 * HOUR - 1);
    expect(user.claim(id).claim.kind).toBe("no");
    user.tick(START + 3 * DAY + 11 * HOUR);
    expect(user.decisions.at(-1)?.deliver.map(({ message }) => message)).toEqual([id]);
    user.accept(id);
    expect(user.history.message(id)?.status).toBe("sent");
    expect(user.steps.at(-1)).toBe("after");
  });

  it("at once, or at the time said otherwise, for whom nothing is known", () => {
    const user = someone();
    expect(user.event(track("Go", START)).deliver).toHaveLength(1);
    const other = someone({ journeys: [{ definition: timed({ within: "P1D", otherwise: "10:00" }) }] });
    expect(heldUntil(other, go(other, START))).toBe("2026-01-05T10:00:00.000Z");
  });

  it("what was opened before the journey was published counts", () => {
    const user = someone({ journeys: [{ definition: plain }] });
    openOnDays(user, 3, evening);
    user.catalog = catalogOf({ version: 2, journeys: [{ definition: plain }, { definition: timed() }] });
    expect(heldUntil(user, go(user, START + 3 * DAY))).toBe("2026-01-08T19:00:00.000Z");
  });

  it("an opening by a machine says nothing", () => {
    const user = someone();
    for (let day = 0; day < 3; day++) {
      const message = user.event(track("Plain", START + day * DAY)).deliver[0]?.message ?? "";
      user.accept(message);
      user.do({ type: "followed", message, what: "opened", machine: true }, START + day * DAY + 3 * HOUR);
    }
    expect(user.event(track("Go", START + 3 * DAY)).deliver).toHaveLength(1);
  });

  it("goes no more once its run met its exit", () => {
    const exits = sendJourney({ key: "timed", exit: { type: "event", event: "Bought" } }, { bestTime: { within: "P1D" } });
    const user = someone({ journeys: [{ definition: plain }, { definition: exits }] });
    openOnDays(user, 3, evening);
    const id = go(user, START + 3 * DAY);
    user.event(track("Bought", START + 3 * DAY + HOUR));
    expect(user.history.message(id)).toMatchObject({ status: "skipped" });
  });

  it("an opt-out in the meantime holds", () => {
    const user = someone();
    openOnDays(user, 3, evening);
    const id = go(user, START + 3 * DAY);
    user.do({ type: "subscription", id: "s", channel: "email", state: "opted-out" }, START + 3 * DAY + HOUR);
    user.tick(START + 3 * DAY + 11 * HOUR);
    expect(user.claim(id).claim).toMatchObject({ kind: "no" });
    expect(user.history.message(id)).toMatchObject({ status: "skipped" });
  });

  it("is chosen outside quiet hours and within its window", () => {
    const rules = { quietHours: { from: "16:00", to: "08:00" } };
    const user = someone({ rules });
    for (const [day, hour] of [
      [0, 19],
      [1, 19],
      [2, 12],
      [3, 19],
    ] as const) {
      const message = user.event(track("Plain", START + day * DAY)).deliver[0]?.message ?? "";
      user.accept(message);
      user.do({ type: "reported", message, status: "opened" }, START - 8 * HOUR + day * DAY + hour * HOUR);
    }
    expect(heldUntil(user, go(user, START + 4 * DAY))).toBe("2026-01-09T12:00:00.000Z");
  });

  it("is chosen anew when the user's zone changes", () => {
    const user = someone();
    openOnDays(user, 3, evening);
    const id = go(user, START + 3 * DAY);
    // Told otherwise: those openings were at 14:00 on the user's clocks, and still are. Only `otherwise` moves with the zone here.
    user.event(identify({ timezone: "America/New_York" }, START + 3 * DAY + MINUTE));
    expect(heldUntil(user, id)).toBe("2026-01-08T19:00:00.000Z");
    const other = someone({ journeys: [{ definition: timed({ within: "P1D", otherwise: "10:00" }) }] });
    const held = go(other, START);
    other.event(identify({ timezone: "America/New_York" }, START + MINUTE));
    expect(heldUntil(other, held)).toBe("2026-01-05T15:00:00.000Z");
  });

  it("never chosen later than asked for, however often the zone changes", () => {
    const user = someone({ journeys: [{ definition: timed({ within: "PT6H", otherwise: "12:00" }) }] });
    const id = go(user, START);
    user.event(identify({ timezone: "America/New_York" }, START + HOUR));
    expect(user.state.open[id]?.best?.until).toBe(START + 6 * HOUR);
    expect(user.claim(id, START + HOUR).claim.kind).toBe("send");
  });
});

it("openings are kept for half a year for a best time, and no longer than anything else without one", () => {
  const user = someone();
  const now = START + 400 * DAY;
  const keeping = keepingOf(user.state, user.catalog, now);
  const [tally] = [...user.catalog.tallies.keys()];
  expect(keeping?.counted(tally ?? "")).toBeLessThanOrEqual(now - 180 * DAY);
  expect(keeping?.counted(tally ?? "")).toBeGreaterThan(now - 200 * DAY);
  const bare = catalogOf({ journeys: [{ definition: plain }] });
  expect(bare.tallies.size).toBe(0);
});

it.each([
  [{ transactional: true }, "bestTime"],
  [{ channel: "webhook", template: "hook" }, "bestTime"],
])("a best time is refused where it has no meaning: %j", (send, field) => {
  expect(() => catalogOf({ journeys: [{ definition: sendJourney({}, { bestTime: { within: "P1D" }, ...send }) }] })).toThrow(field);
});
