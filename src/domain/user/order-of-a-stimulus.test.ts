import { describe, expect, it } from "vitest";
import { catalogOf, HOUR, identify, journey, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const pro = { type: "segment", segment: "pro" };
const segments = [{ key: "pro", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } }];
const event = (name: string) => ({ type: "event", event: name });
const live = (definition: object) => ({ definition });

describe("applying one stimulus", () => {
  it("in one transaction, in this order: segment memberships, exits, goals, waits and wait-untils, entries, steps, outbox", () => {
    const user = new TestUser(
      catalogOf({
        segments,
        journeys: [
          // Each named so that the order of keys is not the order asked for.
          live(
            journey({
              key: "a-enters",
              trigger: { type: "segment", segment: "pro", change: "enter" },
              start: "mail",
              steps: { mail: { type: "send", channel: "email", template: "hello" } },
            }),
          ),
          live(
            journey({
              key: "b-waits",
              start: "until",
              steps: { until: { type: "wait-until", paths: [{ condition: pro, next: "end" }] }, end: { type: "exit" } },
            }),
          ),
          live(journey({ key: "c-goal", goals: [{ key: "g", name: "G", condition: pro }] })),
          live(journey({ key: "d-exits", exit: pro })),
        ],
      }),
    );
    user.event(track("Go", START));
    const { facts, deliver } = user.event(identify({ plan: "pro", email: "a@b.c" }, START + 1));
    const told = facts.flatMap((fact) =>
      "journey" in fact && fact.journey !== undefined ? [`${fact.kind} ${fact.journey}`] : [fact.kind],
    );
    expect(told).toEqual([
      "user",
      "segment-entered",
      "run-ended d-exits",
      "goal c-goal",
      "step-left b-waits",
      "run-started a-enters",
      "step-entered b-waits",
      "run-ended b-waits",
      "step-entered a-enters",
      "message a-enters",
    ]);
    expect(deliver).toHaveLength(1);
  });

  it("an exit and a wait-until that the same event makes true: exit wins", () => {
    const user = new TestUser(
      catalogOf({
        journeys: [
          live(
            journey({
              exit: event("Order"),
              start: "until",
              steps: {
                until: { type: "wait-until", paths: [{ condition: event("Order"), next: "tag" }] },
                tag: { type: "tag", add: ["x"] },
              },
            }),
          ),
        ],
      }),
    );
    user.event(track("Go", START));
    user.event(track("Order", START + 1));
    expect(user.endings).toEqual(["exited"]);
    expect(user.state.profile.tags).toEqual({});
  });

  it("an exit drops a run that stays for a report, a digest or a date alike", () => {
    const steps = [
      { type: "digest", event: "A", within: "P1D" },
      { type: "wait", until: { time: "09:00" } },
      { type: "wait-until", paths: [{ condition: event("A"), next: "stay" }] },
    ];
    for (const stay of steps) {
      const user = new TestUser(catalogOf({ journeys: [live(journey({ exit: event("Order"), start: "stay", steps: { stay } }))] }));
      user.event(track("Go", START));
      user.event(track("Order", START + 1));
      expect(user.endings).toEqual(["exited"]);
      expect(user.nextDue).toBeUndefined();
    }
    const sent = new TestUser(
      catalogOf({
        providers: [{ key: "mail", channel: "email", type: "mail", default: true, resendUncertain: false }],
        journeys: [
          live(
            sendJourney({
              exit: event("Order"),
              steps: {
                send: { type: "send", channel: "email", template: "hello", next: "seen" },
                seen: { type: "message-status", of: "send", paths: [{ status: "opened", next: "end" }] },
                end: { type: "exit" },
              },
            }),
          ),
        ],
      }),
    );
    sent.event(identify({ email: "a@b.c" }, START));
    sent.event(track("Go", START));
    sent.accept(sent.messages[0] ?? "");
    expect(sent.runs[0]?.position.at).toBe("status");
    sent.event(track("Order", START + 1));
    expect(sent.endings).toEqual(["exited"]);
  });

  it("a stimulus that finds timers overdue: a wait-until passes by time at its own instant, then the stimulus", () => {
    const quiet = { type: "not", condition: { ...event("Seen"), since: "ever", within: "PT1H" } };
    const user = new TestUser(
      catalogOf({
        journeys: [
          live(
            journey({
              start: "until",
              steps: { until: { type: "wait-until", paths: [{ condition: quiet, next: "end" }] }, end: { type: "exit" } },
            }),
          ),
        ],
      }),
    );
    user.event(track("Seen", START));
    user.event(track("Go", START));
    user.event(track("Seen", START + 2 * HOUR));
    expect(user.facts.find(({ kind }) => kind === "run-ended")?.at).toBe(START + HOUR);
  });
});
