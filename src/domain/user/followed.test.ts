import { describe, expect, it } from "vitest";
import type { Message } from "../message/message.ts";
import { catalogOf, HOUR, identify, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const SECOND = 1_000;
const sent = (): { readonly user: TestUser; readonly id: string; readonly message: () => Message | undefined } => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }] }));
  user.event(identify({ email: "a@b.c" }, START));
  const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
  user.accept(id);
  return { user, id, message: () => user.history.message(id) };
};
const follow = (user: TestUser, message: string, more: object, now: number) =>
  user.do({ type: "followed", message, what: "opened", machine: false, ...more }, now);
const click = (link: string) => ({ what: "clicked", link });

describe("what a message's own links tell", () => {
  it("a person's opening and clicks move the status, and are counted by link", () => {
    const { user, id, message } = sent();
    follow(user, id, {}, START + HOUR);
    expect(message()).toMatchObject({ status: "opened", followed: { opens: 1 } });
    follow(user, id, click("https://a.example/"), START + 2 * HOUR);
    follow(user, id, click("https://a.example/"), START + 3 * HOUR);
    expect(message()).toMatchObject({
      status: "clicked",
      reached: { opened: START + HOUR, clicked: START + 2 * HOUR },
      followed: { links: { "https://a.example/": { clicks: 2, machineClicks: 0, firstAt: START + 2 * HOUR, lastAt: START + 3 * HOUR } } },
    });
  });

  it("machines are counted apart: no status, no fact, nothing that a journey could see", () => {
    const { user, id, message } = sent();
    const facts = user.facts.length;
    follow(user, id, { machine: true }, START + 10 * SECOND);
    follow(user, id, { ...click("https://a.example/"), machine: true }, START + 10 * SECOND);
    expect(message()).toMatchObject({
      status: "sent",
      followed: { opens: 0, machineOpens: 1, links: { "https://a.example/": { clicks: 0, machineClicks: 1 } } },
    });
    expect(user.facts).toHaveLength(facts);
  });

  it("a click within seconds of sending, or of several links at once, is a scanner's", () => {
    const { user, id, message } = sent();
    follow(user, id, click("https://a.example/"), START + 2 * SECOND);
    expect(message()?.status).toBe("sent");
    follow(user, id, click("https://b.example/"), START + 10 * SECOND);
    follow(user, id, click("https://c.example/"), START + 10 * SECOND + 500);
    expect(message()?.followed?.links).toMatchObject({
      "https://a.example/": { clicks: 0, machineClicks: 1 },
      "https://b.example/": { clicks: 1, machineClicks: 0 },
      "https://c.example/": { clicks: 0, machineClicks: 1 },
    });
    expect(message()?.status).toBe("clicked");
  });

  it("a click that comes before the provider's answer is a scanner's, one long after an answer that never came is not", () => {
    const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }] }));
    user.event(identify({ email: "a@b.c" }, START));
    const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
    user.claim(id);
    follow(user, id, click("https://a.example/"), START + SECOND);
    expect(user.state.open[id]?.followed?.links).toMatchObject({ "https://a.example/": { clicks: 0, machineClicks: 1 } });
    follow(user, id, click("https://a.example/"), START + 4 * SECOND);
    expect(user.history.message(id)).toMatchObject({ status: "clicked" });
  });

  it("of a message that was never handed over, or that nobody knows, nothing is believed", () => {
    const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }] }));
    user.event(identify({ email: "a@b.c" }, START));
    const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
    follow(user, id, {}, START + HOUR);
    follow(user, "m-unknown", {}, START + HOUR);
    expect(user.state.open[id]?.followed).toBeUndefined();
  });

  it("a message keeps at most 200 addresses", () => {
    const { user, id, message } = sent();
    for (let index = 0; index < 250; index++) follow(user, id, click(`https://a.example/${index}`), START + HOUR + index * 2 * SECOND);
    expect(Object.keys(message()?.followed?.links ?? {})).toHaveLength(200);
  });
});
