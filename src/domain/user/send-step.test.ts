import { describe, expect, it } from "vitest";
import { journeySchema } from "../journey/journey.ts";
import { catalogOf, HOUR, identify, journey, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";
import type { AskAnswer } from "./state.ts";

const live = (definition: object) => ({ definition });
const userOf = (send: object, name = "u", traits: Parameters<typeof identify>[0] = { email: "u@example.com", phone: "+49" }): TestUser => {
  const user = new TestUser(catalogOf({ journeys: [live(sendJourney({}, send))] }), `u:${name}`);
  user.event(identify(traits, START, { userId: name }));
  user.event(track("Go", START, { userId: name }));
  return user;
};
const messageOf = (user: TestUser) => {
  const message = Object.values(user.state.open)[0];
  if (message === undefined) throw new Error("expected a message");
  return message;
};
/** Which template each of so many users gets. */
const templates = (send: object, users: number): readonly string[] =>
  Array.from({ length: users }, (_, index) => messageOf(userOf(send, `user-${index}`)).template);
const share = (all: readonly string[], template: string): number => (100 * all.filter((one) => one === template).length) / all.length;
const answer = (user: TestUser, said: AskAnswer) => {
  const ask = user.decisions.at(-1)?.asks[0];
  if (ask === undefined) throw new Error("expected an ask");
  return user.do({ type: "answered", ask: ask.id, answer: said });
};

describe("send: to", () => {
  it("is printed when the run comes to the step, and stays with the message", () => {
    const user = userOf({ to: "{{ user.manager }}" }, "u", { email: "u@example.com", manager: "boss@example.com" });
    expect(messageOf(user).to).toBe("boss@example.com");
    user.event(identify({ manager: "other@example.com" }, START + MINUTE));
    const { claim } = user.claim(messageOf(user).id);
    expect(claim).toMatchObject({ kind: "send", rendered: { to: "boss@example.com" } });
  });

  it.each([
    ["continue", {}, { at: "wait", step: "after" }],
    ["a step", { onFailure: { step: "after" } }, { at: "wait", step: "after" }],
  ])("fails the step without a message when it cannot be printed; onFailure: %s", (_name, more, position) => {
    const user = userOf({ to: "{{ user.manager }}", ...more });
    expect(user.messages).toEqual([]);
    expect(user.runs[0]?.position).toMatchObject(position);
    expect(user.kinds("step-left")).toMatchObject([{ path: "failed", because: { clause: expect.stringContaining("user.manager") } }]);
  });

  it("ends the run where onFailure says exit", () => {
    expect(userOf({ to: "{{ user.manager }}", onFailure: "exit" }).endings).toEqual(["send-failed"]);
  });
});

describe("send: variants", () => {
  const halves = {
    variants: [
      { template: "hello", percent: 50 },
      { template: "hello-b", percent: 50 },
    ],
  };

  it("shares users out by percent; those left get the step's own template", () => {
    const all = templates(
      {
        template: "own",
        variants: [
          { template: "a", percent: 20 },
          { template: "b", percent: 30 },
        ],
      },
      1_000,
    );
    expect(share(all, "a")).toBeCloseTo(20, -1);
    expect(share(all, "b")).toBeCloseTo(30, -1);
    expect(share(all, "own")).toBeCloseTo(50, -1);
  });

  it("same user, same variant, for ever; moving shares moves only the minimum", () => {
    const before = templates(halves, 200);
    expect(templates(halves, 200)).toEqual(before);
    const after = templates(
      {
        variants: [
          { template: "hello", percent: 70 },
          { template: "hello-b", percent: 30 },
        ],
      },
      200,
    );
    expect(before.every((template, index) => template !== "hello" || after[index] === "hello")).toBe(true);
  });

  it("notes the variant on the message, its fact and the run's paths", () => {
    const user = userOf(halves);
    const { variant, template } = messageOf(user);
    expect(variant).toBe(template === "hello" ? "0" : "1");
    expect(user.kinds("message")[0]).toMatchObject({ variant, template });
    expect(user.runs[0]?.paths).toEqual([`send/variant:${variant}`]);
    user.accept(messageOf(user).id);
    expect(user.runs[0]?.paths).toEqual([`send/variant:${variant}`, expect.stringMatching(/^send:/)]);
  });

  it.each([
    [
      "percentages of more than 100",
      {
        variants: [
          { template: "a", percent: 60 },
          { template: "b", percent: 50 },
        ],
      },
      "more than 100",
    ],
    [
      "percentages of less than 100 without a template",
      { template: undefined, variants: [{ template: "a", percent: 60 }] },
      "the rest needs a template",
    ],
    ["no template at all", { template: undefined }, "needs a template"],
    ["a winner without variants", { winner: { metric: "clicked", after: "P1D", minimum: 10 } }, "needs variants"],
    ["an address for a webhook", { channel: "webhook", to: "x" }, "in its template"],
    ["an unknown metric", { ...halves, winner: { metric: "sent", after: "P1D", minimum: 10 } }, "metric"],
    ["Liquid that does not parse", { to: "{{ user.email | nosuchfilter }}" }, "nosuchfilter"],
  ])("refuses %s", (_name, send, said) => {
    const { error } = journeySchema.safeParse(sendJourney({}, send));
    expect(error?.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("\n")).toContain(said);
  });
});

describe("send: winner", () => {
  const send = {
    template: undefined,
    variants: [
      { template: "hello", percent: 50 },
      { template: "hello-b", percent: 50 },
    ],
    winner: { metric: "clicked", after: "P1D", minimum: 100 },
  };

  it("asks who is ahead, and everyone gets the winner", () => {
    const user = userOf(send);
    expect(user.decisions.at(-1)?.asks).toMatchObject([
      {
        wish: { kind: "winner", journey: "j", version: 1, step: "send", metric: "clicked", afterMs: 24 * HOUR, minimum: 100, variants: 2 },
      },
    ]);
    expect(user.messages).toEqual([]);
    answer(user, { kind: "winner", variant: "1" });
    expect(messageOf(user)).toMatchObject({ template: "hello-b", variant: "1" });
  });

  it("goes by the user's own place while there is none, and when nobody answers within a minute", () => {
    const own = messageOf(userOf({ ...send, winner: undefined }));
    const undecided = userOf(send);
    answer(undecided, { kind: "winner" });
    const unanswered = userOf(send);
    unanswered.sleep(START + HOUR);
    for (const user of [undecided, unanswered]) expect(messageOf(user)).toMatchObject({ template: own.template, variant: own.variant });
    expect(messageOf(unanswered).createdAt).toBe(START + MINUTE);
  });
});

describe("send: window", () => {
  it.each(["office", { from: "09:00", to: "17:00", days: ["mon"] }])("is passed on with the message: %j", (window) => {
    expect(messageOf(userOf({ window })).window).toEqual(window);
  });
});

describe("templates of a run", () => {
  it("see the run's variables and what its digest collected", () => {
    const definition = journey({
      start: "keep",
      steps: {
        keep: {
          type: "update",
          set: { count: "{{ digest.count }}", names: "{{ digest.events | map: 'event' | join: ', ' }}", kept: "{{ variables.a }}" },
          next: "rest",
        },
        rest: { type: "wait", for: "PT1H" },
        before: { type: "wait", for: "PT1H", next: "keep" },
      },
    });
    const user = new TestUser(catalogOf({ journeys: [live({ ...definition, start: "before" })] }));
    for (const id of ["d1", "d2"]) user.event(track(`Seen ${id}`, START, { id }));
    user.event(track("Go", START));
    user.state = {
      ...user.state,
      runs: Object.fromEntries(
        user.runs.map((run) => [run.id, { ...run, digest: ["d1", "d2", "gone"], digestCount: 3, variables: { a: 7 } }]),
      ),
    };
    user.sleep(START + HOUR);
    expect(user.state.profile.attributes).toMatchObject({ count: { value: 3 }, names: { value: "Seen d1, Seen d2" }, kept: { value: 7 } });
  });
});
