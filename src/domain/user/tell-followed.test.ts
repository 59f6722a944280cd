import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fact } from "./facts.ts";
import { TELL_AFTER_MS } from "./tell-followed.ts";
import { catalogOf, HOUR, identify, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const SECOND = 1_000;
const links = ["https://a.example/{{ x }}", "https://b.example/"] as const;

/** Somebody who was sent a message with two links. */
const sent = (): { readonly user: TestUser; readonly id: string } => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }] }));
  user.event(identify({ email: "a@b.c" }, START));
  const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
  user.accept(id);
  const message = user.history.message(id);
  if (message?.rendered === undefined) throw new Error("expected the message to be rendered");
  user.history.putMessage({ ...message, rendered: { ...message.rendered, links } });
  return { user, id };
};
const click = (user: TestUser, message: string, place: number, { machine = false, now = user.now + 2 * SECOND } = {}) =>
  user.do({ type: "followed", message, what: "clicked", machine, link: `https://a.example/${place}`, place }, now);
type Told = Extract<Fact, { kind: "links-followed" }>;
const told = (user: TestUser): readonly Told[] => user.facts.filter((fact) => fact.kind === "links-followed");
const sums = (user: TestUser) => {
  const all: Record<string, { people: number; clicks: number; machines: number; machineClicks: number }> = {};
  for (const { link, people, clicks, machines, machineClicks } of told(user).flatMap((fact) => fact.links)) {
    const before = all[link] ?? { people: 0, clicks: 0, machines: 0, machineClicks: 0 };
    all[link] = {
      people: before.people + people,
      clicks: before.clicks + clicks,
      machines: before.machines + machines,
      machineClicks: before.machineClicks + machineClicks,
    };
  }
  return all;
};

describe("clicks are told to be counted for all messages together", () => {
  it("a person's first click at once, with what it says of the message; under the template's link", () => {
    const { user, id } = sent();
    click(user, id, 0, { now: START + HOUR });
    expect(told(user)).toMatchObject([
      {
        message: id,
        template: "hello",
        journey: "j",
        version: 1,
        step: "send",
        links: [{ link: links[0], people: 1, clicks: 1, machines: 0, machineClicks: 0 }],
      },
    ]);
    expect(user.nextDue).toBeUndefined();
  });

  it("later ones together, ten minutes after the first of them: one word, however many", () => {
    const { user, id } = sent();
    click(user, id, 0, { now: START + HOUR });
    const before = user.facts.length;
    for (let times = 0; times < 5; times++) click(user, id, times % 2);
    for (let times = 0; times < 20; times++) click(user, id, 1, { machine: true });
    expect(user.facts).toHaveLength(before);
    expect(user.nextDue).toBe(START + HOUR + 2 * SECOND + TELL_AFTER_MS);
    user.sleep(START + 2 * HOUR);
    expect(user.facts).toHaveLength(before + 1);
    expect(sums(user)).toEqual({
      [links[0]]: { people: 1, clicks: 4, machines: 0, machineClicks: 0 },
      [links[1]]: { people: 1, clicks: 2, machines: 1, machineClicks: 20 },
    });
    expect(user.nextDue).toBeUndefined();
    expect(user.state.meta.untold).toBeUndefined();
  });

  it("each click once, whenever time passes, also over a merge", () => {
    const one = fc.record({ place: fc.constantFrom(0, 1), machine: fc.boolean(), after: fc.integer({ min: 2_000, max: 8 * 60_000 }) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), fc.boolean(), (clicks, isMerged) => {
        const { user, id } = sent();
        user.now = START + HOUR;
        for (const { place, machine, after } of clicks) {
          user.sleep(user.now + after);
          click(user, id, place, { machine, now: user.now });
        }
        if (isMerged) user.do({ type: "freeze", merge: "u:u>u:v", target: "u:v" });
        else user.sleep(user.now + HOUR);
        for (const [place, link] of links.entries()) {
          const here = clicks.filter((click) => click.place === place);
          const machines = here.filter(({ machine }) => machine).length;
          const people = here.length - machines;
          const expected = { people: Math.min(1, people), clicks: people, machines: Math.min(1, machines), machineClicks: machines };
          expect(sums(user)[link] ?? { people: 0, clicks: 0, machines: 0, machineClicks: 0 }).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("not of links that no template wrote, and of at most a hundred messages at a time", () => {
    const { user, id } = sent();
    click(user, id, 7, { now: START + HOUR });
    expect(told(user)).toEqual([]);
    user.state = {
      ...user.state,
      meta: { ...user.state.meta, untold: { since: user.now, messages: Array.from({ length: 100 }, (_none, at) => `m${at}`) } },
    };
    click(user, id, 0, { machine: true });
    expect(told(user)).toHaveLength(1);
    user.sleep(user.now + HOUR);
    expect(user.state.meta.untold).toBeUndefined();
  });
});
