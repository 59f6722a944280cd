import { describe, expect, it, vi } from "vitest";
import type { AskMessage } from "../../src/api/queue.ts";
import type { StimulateRequest } from "../../src/api/user-rpc.ts";
import type { HttpCall } from "../../src/channels/provider.ts";
import type { Reply } from "../../src/channels/reply.ts";
import type { AskWish } from "../../src/domain/user/state.ts";
import { answerAsk, type AskPorts } from "./answer-ask.ts";
import { bestOf } from "../../src/domain/message/best-variant.ts";

const START = Date.UTC(2026, 0, 5);
const webhook: AskWish = {
  kind: "webhook",
  url: "https://shop.example/score",
  method: "POST",
  headers: { Authorization: "Bearer secret-token" },
  body: '{"a":1}',
  timeoutMs: 30_000,
};
const messageOf = (wish: AskWish = webhook): AskMessage => ({
  workspace: "w",
  user: "u:1",
  ask: { id: "q1", run: "r1", journey: "j", step: "call", wish, createdAt: START, due: START + 30_000, attempts: 1 },
});
const reply = (status: number, body = "", more: Partial<Extract<Reply, { kind: "answer" }>> = {}): Reply => ({
  kind: "answer",
  status,
  headers: {},
  body,
  complete: true,
  at: START,
  ...more,
});

const setUp = (replies: readonly Reply[] = [], { now = START }: { readonly now?: number } = {}) => {
  const calls: { readonly call: HttpCall; readonly timeoutMs: number }[] = [];
  const told: unknown[] = [];
  let failures = 0;
  const ports: AskPorts = {
    call: (call, timeoutMs) => {
      calls.push({ call, timeoutMs });
      return Promise.resolve(replies[Math.min(calls.length, replies.length) - 1] ?? reply(200));
    },
    slot: vi.fn<AskPorts["slot"]>().mockResolvedValue({ admitted: true, at: START + 5 }),
    winner: vi.fn<AskPorts["winner"]>().mockResolvedValue("1"),
    liveVersion: () => Promise.resolve(3),
    object: () => ({
      stimulate: (request: StimulateRequest) => {
        if (failures-- > 0) return Promise.reject(new Error("the object is not there"));
        told.push(...request.stimuli);
        return Promise.resolve({ deliver: [] });
      },
    }),
    confirmed: () => undefined,
    clock: () => now,
    pause: () => Promise.resolve(),
  };
  return { ports, calls, told, failNext: (count: number) => (failures = count) };
};
const answered = (answer: object) => [{ type: "answered", ask: "q1", answer }];

describe("answerAsk: webhook", () => {
  it("calls with the ask's id as Idempotency-Key and tells the object what the endpoint said", async () => {
    const { ports, calls, told } = setUp([reply(200, '{"tier":"gold"}')]);
    expect(await answerAsk(messageOf(), 1, ports)).toEqual({ kind: "done", answer: { deliver: [] } });
    expect(calls).toEqual([
      {
        call: {
          url: "https://shop.example/score",
          method: "POST",
          headers: { "content-type": "application/json", authorization: "Bearer secret-token", "idempotency-key": "q1" },
          body: '{"a":1}',
        },
        timeoutMs: 30_000,
      },
    ]);
    expect(told).toEqual(answered({ kind: "webhook", status: 200, body: { tier: "gold" } }));
  });

  it("takes no body that is cut short or no JSON", async () => {
    for (const cut of [reply(200, '{"a":1}', { complete: false }), reply(200, "hello")]) {
      const { ports, told } = setUp([cut]);
      await answerAsk(messageOf(), 1, ports);
      expect(told).toEqual(answered({ kind: "webhook", status: 200 }));
    }
  });

  it.each([
    ["429", reply(429)],
    ["408", reply(408)],
    ["500", reply(500, "oops")],
    ["503", reply(503)],
    ["a refused connection", { kind: "no-connection", detail: "refused" } as const],
    ["no answer", { kind: "lost", detail: "no answer within 30 s" } as const],
  ])("tries again after %s with back-off, and tells nobody yet", async (_name, first) => {
    const { ports, told } = setUp([first]);
    expect(await answerAsk(messageOf(), 1, ports)).toEqual({ kind: "again", delayMs: 1_000 });
    expect(await answerAsk(messageOf(), 4, ports)).toEqual({ kind: "again", delayMs: 8_000 });
    expect(told).toEqual([]);
  });

  it("waits as long as the endpoint asks for", async () => {
    const { ports } = setUp([reply(429, "", { headers: { "retry-after": "7" } })]);
    expect(await answerAsk(messageOf(), 1, ports)).toEqual({ kind: "again", delayMs: 7_000 });
  });

  it("gives up when the next try would come after the step's time-out, and says what was answered last", async () => {
    const { ports, told, calls } = setUp([reply(503, "come later")], { now: START + 29_500 });
    await answerAsk(messageOf(), 1, ports);
    expect(calls[0]?.timeoutMs).toBe(500);
    expect(told).toEqual(answered({ kind: "webhook", status: 503, reason: "503 come later" }));
  });

  it("does not call when the time is over already", async () => {
    const { ports, told, calls } = setUp([], { now: START + 30_000 });
    expect(await answerAsk(messageOf(), 1, ports)).toEqual({ kind: "done" });
    expect([calls, told]).toEqual([[], []]);
  });

  it("no call takes longer than 30 s", async () => {
    const { ports, calls } = setUp();
    await answerAsk(messageOf({ ...webhook, timeoutMs: 600_000 }), 1, ports);
    expect(calls[0]?.timeoutMs).toBe(30_000);
  });

  it.each([
    ["a redirect", reply(302, "", { headers: { location: "http://10.0.0.1/" } }), { kind: "webhook", status: 302, reason: "302" }],
    ["a refusal", reply(404, "gone"), { kind: "webhook", status: 404, reason: "404 gone" }],
    [
      "an address that may not be called",
      { kind: "blocked", detail: "a private address" } as const,
      { kind: "failed", reason: "a private address" },
    ],
  ])("%s is an answer: it is not tried again", async (_name, first, answer) => {
    const { ports, told } = setUp([first]);
    expect((await answerAsk(messageOf(), 1, ports)).kind).toBe("done");
    expect(told).toEqual(answered(answer));
  });

  it("tells no secrets that an endpoint says back", async () => {
    const { ports, told } = setUp([reply(401, "bad Bearer secret-token")]);
    await answerAsk(messageOf(), 1, ports);
    expect(JSON.stringify(told)).not.toContain("secret-token");
  });

  it("a crash between the endpoint's answer and our note: the endpoint is called again with the same key", async () => {
    const { ports, told, calls, failNext } = setUp([reply(200)]);
    failNext(5);
    expect(await answerAsk(messageOf(), 1, ports)).toEqual({ kind: "again", delayMs: 1_000, problem: "Error: the object is not there" });
    expect((await answerAsk(messageOf(), 2, ports)).kind).toBe("done");
    expect(calls.map(({ call }) => call.headers["idempotency-key"])).toEqual(["q1", "q1"]);
    expect(told).toHaveLength(1);
  });

  it("tells the object again before it calls the endpoint again", async () => {
    const { ports, told, calls, failNext } = setUp();
    failNext(4);
    expect((await answerAsk(messageOf(), 1, ports)).kind).toBe("done");
    expect([calls.length, told.length]).toEqual([1, 1]);
  });
});

describe("answerAsk: limiters and winners", () => {
  it("gives the limiter's place on", async () => {
    const { ports, told } = setUp();
    await answerAsk(messageOf({ kind: "throttle", name: "n", count: 2, perMs: 100, queue: true, leadMs: 1_000 }), 1, ports);
    expect(ports.slot).toHaveBeenCalledWith("w", "n", { id: "q1", count: 2, perMs: 100, queue: true, leadMs: 1_000 });
    expect(told).toEqual(answered({ kind: "throttle", admitted: true, at: START + 5 }));
  });

  it("gives the winner on, and says so where there is none", async () => {
    const wish = { kind: "winner", journey: "j", version: 1, step: "s", metric: "clicked", afterMs: 0, minimum: 1, variants: 2 } as const;
    const { ports, told } = setUp();
    await answerAsk(messageOf(wish), 1, ports);
    await answerAsk(messageOf(wish), 1, { ...ports, winner: () => Promise.resolve(undefined) });
    expect(told).toEqual([...answered({ kind: "winner", variant: "1" }), ...answered({ kind: "winner" })]);
  });

  it("a limiter that is not there is asked again", async () => {
    const { ports } = setUp();
    const broken = { ...ports, slot: () => Promise.reject(new Error("overloaded")) };
    const wish = { kind: "throttle", name: "n", count: 2, perMs: 100, queue: true, leadMs: 0 } as const;
    expect(await answerAsk(messageOf(wish), 3, broken)).toEqual({ kind: "again", delayMs: 4_000, problem: "Error: overloaded" });
  });
});

describe("bestOf", () => {
  const counts = (...entries: readonly (readonly [string, number])[]) => new Map(entries);
  const wish = { metric: "clicked", minimum: 10, variants: 2 } as const;

  it("is the variant with the better rate, not the larger number", () => {
    expect(bestOf(counts(["0:sent", 100], ["0:clicked", 20], ["1:sent", 10], ["1:clicked", 3]), wish)).toBe("1");
  });

  it("is nobody while one of them has fewer messages than the minimum", () => {
    expect(bestOf(counts(["0:sent", 100], ["0:clicked", 20], ["1:sent", 9], ["1:clicked", 9]), wish)).toBeUndefined();
  });

  it("of equal ones is the upper", () => {
    expect(bestOf(counts(["0:sent", 10], ["1:sent", 10]), wish)).toBe("0");
  });
});
