import { describe, expect, it } from "vitest";
import type { ClaimAnswer } from "../../src/api/queue.ts";
import { answer, message, queued, recordingPorts, rendered, resend, toSend } from "./fixtures.ts";
import { deliverMessage } from "./deliver-message.ts";

const failing = (message: string) => () => Promise.reject(new Error(message));

const content = { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" } as const;

describe("deliverMessage", () => {
  it("claims, calls, settles, in this order", async () => {
    const { ports, recorded } = recordingPorts();
    expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "done", answers: [toSend, { deliver: [] }] });
    expect(recorded.steps).toEqual(["claim u:1", "call", "settle u:1"]);
    expect(recorded.claims).toEqual([{ catalog: 7, message: "m1" }]);
    expect(recorded.settles).toEqual([{ catalog: 7, message: "m1", attempt: 1, outcome: { kind: "accepted", providerMessageId: "p1" } }]);
  });

  it("has its provider asked later before it settles: a crash in between loses neither", async () => {
    const order: unknown[] = [];
    const { ports } = recordingPorts({
      askLater: (accepted) => {
        order.push(accepted);
        return Promise.resolve();
      },
      settle: () => {
        order.push("settle");
        return Promise.resolve({ deliver: [] });
      },
    });
    await deliverMessage(queued, ports);
    expect(order).toEqual([{ ...queued, receipt: { provider: "mail", id: "p1", begunAt: 0 } }, "settle"]);
  });

  it("has nobody asked about a message that was not taken", async () => {
    const { ports } = recordingPorts({ call: () => Promise.resolve(answer(422)), askLater: failing("asked") });
    expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "done" });
  });

  it("reads the live catalog right before the claim: once stop has answered, no claim starts", async () => {
    const order: string[] = [];
    const { ports } = recordingPorts({
      liveVersion: () => {
        order.push("version");
        return Promise.resolve(7);
      },
      claim: () => {
        order.push("claim");
        return Promise.resolve(toSend);
      },
    });
    await deliverMessage(queued, ports);
    expect(order).toEqual(["version", "claim"]);
  });

  it("makes no call when the claim is refused: a message queued but not claimed is not sent", async () => {
    const refused = { claim: { kind: "no", reason: "exited" }, deliver: [{ channel: "email", message: "m2" }] } as const;
    const { ports, recorded } = recordingPorts({ claim: () => Promise.resolve(refused) });
    expect(await deliverMessage(queued, ports)).toEqual({ kind: "done", answers: [refused] });
    expect(recorded.steps).toEqual(["claim u:1"]);
  });

  it.each([
    ["the object cannot be asked", { claim: failing("overloaded") }],
    ["the live version cannot be read", { liveVersion: failing("D1 down") }],
    ["its turn for a connection does not come", { turn: failing("no connection was free in time") }],
  ])("leaves the message to the queue when %s", async (_, replace) => {
    const { ports, recorded } = recordingPorts(replace);
    expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "not-claimed" });
    expect(recorded.steps).not.toContain("call");
  });

  describe("claims no message before its turn for a connection", () => {
    const withTurns = (replace: Parameters<typeof recordingPorts>[0] = {}) => {
      const { ports, recorded } = recordingPorts(replace);
      const turn = () => {
        recorded.steps.push("turn");
        return Promise.resolve(() => void recorded.steps.push("over"));
      };
      return { ports: { ...ports, turn, ...(replace?.turn && { turn: replace.turn }) }, recorded };
    };
    const once = (steps: readonly string[]) => steps.filter((step, index) => step !== "over" || steps.indexOf("over") === index);

    it("which is over when its call begins", async () => {
      const { ports, recorded } = withTurns();
      await deliverMessage(queued, ports);
      expect(once(recorded.steps)).toEqual(["turn", "claim u:1", "over", "call", "settle u:1"]);
    });

    it.each([
      ["it is not claimed", { claim: () => Promise.resolve({ claim: { kind: "no", reason: "exited" }, deliver: [] } as const) }],
      ["its object cannot be asked", { claim: failing("overloaded") }],
      [
        "its address is listed",
        {
          claim: () => Promise.resolve({ ...toSend, claim: { ...toSend.claim, lookUp: true } } as ClaimAnswer),
          listed: () => Promise.resolve("bounced"),
        },
      ],
      ["there is no such provider", { provider: () => Promise.resolve(undefined) }],
      ["no connection comes free", { connected: <T>(_work: () => Promise<T>, otherwise: T) => Promise.resolve(otherwise) }],
    ] as const)("and also where %s", async (_, replace) => {
      const { ports, recorded } = withTurns(replace);
      await deliverMessage(queued, ports);
      expect(recorded.steps).toContain("over");
      expect(recorded.steps).not.toContain("call");
    });

    it("and gives its place back where its turn does not come", async () => {
      const asks: ClaimAnswer = { claim: { kind: "place", provider: "mail", rate: { count: 2, perMs: 1_000 }, attempt: 1 }, deliver: [] };
      const givenBack: string[] = [];
      let asked = 0;
      const { ports, recorded } = withTurns({
        claim: () => Promise.resolve(asks),
        turn: () => (asked++ === 0 ? Promise.resolve(() => undefined) : Promise.reject(new Error("no connection was free in time"))),
        giveBack: (_workspace, provider, id) => Promise.resolve(void givenBack.push(`${provider} ${id}`)),
      });
      expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "not-claimed" });
      expect(givenBack).toEqual(["mail m1:1"]);
      expect(recorded.steps).not.toContain("call");
    });
  });

  it("tells the object how far its facts are projected", async () => {
    const { ports, recorded } = recordingPorts({ confirmed: () => 41 });
    await deliverMessage(queued, ports);
    expect(recorded.claims[0]).toMatchObject({ confirmed: 41 });
  });

  it("settles at the user who answered when the one asked was merged away", async () => {
    const { ports, recorded } = recordingPorts({ claim: () => Promise.resolve({ ...toSend, movedTo: "u:9" }) });
    await deliverMessage(queued, ports);
    expect(recorded.steps).toEqual(["claim u:1", "call", "settle u:9"]);
  });

  describe("whatever goes wrong with the provider is an outcome, never an error", () => {
    it.each([
      ["its settings cannot be read", { provider: failing("D1 down") }, "retry"],
      ["it was deleted meanwhile", { provider: () => Promise.resolve(undefined) }, "misconfigured"],
      ["it serves another channel", { provider: () => Promise.resolve({ ...resend, type: "webhook" }) }, "misconfigured"],
      ["it refuses the message", { call: () => Promise.resolve(answer(422, '{"name":"validation_error"}')) }, "rejected"],
      ["no connection is free in time", { connected: <T>(_work: () => Promise<T>, otherwise: T) => Promise.resolve(otherwise) }, "retry"],
      ["nobody answers", { call: () => Promise.resolve({ kind: "lost", detail: "time-out" } as const) }, "uncertain"],
      [
        "the outbox cannot be written",
        { provider: () => Promise.resolve({ ...resend, type: "outbox" }), keep: failing("D1 down") },
        "retry",
      ],
    ] as const)("%s", async (_, replace, kind) => {
      const { ports, recorded } = recordingPorts(replace);
      expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "done" });
      expect(recorded.settles[0]?.outcome.kind).toBe(kind);
    });
  });

  it("keeps the message when the provider is the outbox, and calls nobody", async () => {
    const { ports, recorded } = recordingPorts({ provider: () => Promise.resolve({ ...resend, type: "outbox", settings: {} }) });
    await deliverMessage(queued, ports);
    expect(recorded.steps).toEqual(["claim u:1", "keep", "settle u:1"]);
    expect(recorded.settles[0]?.outcome).toEqual({ kind: "accepted" });
  });

  it("tries a few times to settle, then leaves it to the lease and does not send again", async () => {
    let left = 2;
    const slow = recordingPorts({ settle: () => (left-- > 0 ? Promise.reject(new Error("reset")) : Promise.resolve({ deliver: [] })) });
    await deliverMessage(queued, slow.ports);
    expect(slow.recorded.steps).toEqual(["claim u:1", "call", "settle u:1", "settle u:1", "settle u:1"]);

    const dead = recordingPorts({ settle: failing("gone") });
    expect(await deliverMessage(queued, dead.ports)).toMatchObject({ kind: "done", answers: [toSend] });
    expect(dead.recorded.steps.filter((step) => step === "call")).toHaveLength(1);
    expect(dead.recorded.pauses).toEqual([50, 250, 1_000, 4_000]);
  });

  it("lets no credential into an outcome, also when the provider says it back", async () => {
    const { ports, recorded } = recordingPorts({
      call: () => Promise.resolve(answer(400, '{"name":"bad","message":"got Bearer re_secret_key and re_secret_key"}')),
    });
    await deliverMessage(queued, ports);
    expect(JSON.stringify(recorded.settles)).not.toContain("re_secret_key");
    expect(recorded.settles[0]?.outcome).toMatchObject({ detail: "400 bad: got *** and ***" });
  });

  it("says whether the provider recognises a repetition", async () => {
    const asked: boolean[] = [];
    const { ports } = recordingPorts({
      call: (_, mayRepeat) => {
        asked.push(mayRepeat);
        return Promise.resolve(answer(200));
      },
    });
    await deliverMessage(queued, ports);
    expect(asked).toEqual([true]);
  });

  describe("copies of an email to addresses nothing is sent to", () => {
    const copied = (cc: readonly string[], bcc: readonly string[] = []): ClaimAnswer => ({
      ...toSend,
      claim: { kind: "send", attempt: 1, message, rendered: { ...rendered, content: { ...content, cc, bcc } } },
    });
    const sent = async (claim: ClaimAnswer, suppressed: readonly string[]) => {
      const bodies: Record<string, unknown>[] = [];
      const asked: (readonly string[])[] = [];
      const { ports, recorded } = recordingPorts({
        claim: () => Promise.resolve(claim),
        suppressedAmong: (_workspace, _channel, addresses) => {
          asked.push(addresses);
          return Promise.resolve(new Set(suppressed));
        },
        call: ({ body }) => {
          bodies.push(JSON.parse(String(body)) as Record<string, unknown>);
          return Promise.resolve(answer(200, '{"id":"p1"}'));
        },
      });
      await deliverMessage(queued, ports);
      return { bodies, asked, settle: recorded.settles[0] };
    };

    it("are left out, however the address is written, and the settle says so; the others go", async () => {
      const { bodies, asked, settle } = await sent(copied(["Boss <Boss@Example.com>", "crm@example.com"], ["gone@example.com"]), [
        "boss@example.com",
        "gone@example.com",
      ]);
      expect(asked).toEqual([["boss@example.com", "crm@example.com", "gone@example.com"]]);
      expect(bodies).toMatchObject([{ cc: ["crm@example.com"] }]);
      expect(bodies[0]).not.toHaveProperty("bcc");
      expect(settle).toMatchObject({ outcome: { kind: "accepted" }, leftOut: ["Boss <Boss@Example.com>", "gone@example.com"] });
    });

    it("cost an email without copies no look-up", async () => {
      expect((await sent(toSend, [])).asked).toEqual([]);
    });

    it("are not sent where that cannot be asked", async () => {
      const { ports, recorded } = recordingPorts({
        claim: () => Promise.resolve(copied(["crm@example.com"])),
        suppressedAmong: failing("D1 down"),
      });
      await deliverMessage(queued, ports);
      expect(recorded.steps).not.toContain("call");
      expect(recorded.settles[0]?.outcome).toMatchObject({ kind: "retry" });
    });
  });

  describe("where its workspace keeps a quota", () => {
    const asks = { claim: { kind: "quota", quota: { day: 2 }, passing: false }, deliver: [] } as const;
    const over = { kind: "over", until: 9, reason: "quota: 2 messages a day" } as const;
    const counting = (then: ClaimAnswer, replace: Parameters<typeof recordingPorts>[0] = {}) => {
      const back: string[] = [];
      let asked = 0;
      const made = recordingPorts({
        claim: () => Promise.resolve(asked++ === 0 ? asks : then),
        room: () => Promise.resolve({ word: { kind: "counted" }, giveBack: () => Promise.resolve(void back.push("back")) }),
        ...replace,
      });
      return { ...made, back };
    };

    it("is told its word, then sends", async () => {
      const { ports, recorded, back } = counting(toSend);
      expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "done" });
      expect(recorded.claims[1]).toMatchObject({ quota: { kind: "counted" } });
      expect([recorded.steps.includes("call"), back]).toEqual([true, []]);
    });

    it("gives back what is not sent: refused just then, sent by somebody else, or on the list", async () => {
      const listed = { ...toSend, claim: { ...toSend.claim, lookUp: true } } as ClaimAnswer;
      for (const [then, replace] of [
        [{ claim: { kind: "no", reason: "exited", unused: true }, deliver: [] }, {}],
        [{ claim: { kind: "no", reason: "claimed" }, deliver: [] }, {}],
        [listed, { listed: () => Promise.resolve("bounced") }],
      ] as const) {
        const { ports, back } = counting(then, replace);
        await deliverMessage(queued, ports);
        expect(back).toEqual(["back"]);
      }
    });

    it("passes on that it is over, and leaves the message to the queue where nobody can be asked", async () => {
      const held = counting(
        { claim: { kind: "no", reason: over.reason, unused: true }, deliver: [] },
        { room: () => Promise.resolve({ word: over, giveBack: () => Promise.resolve() }) },
      );
      await deliverMessage(queued, held.ports);
      expect(held.recorded.claims[1]).toMatchObject({ quota: over });
      const down = counting(toSend, { room: failing("overloaded") });
      expect(await deliverMessage(queued, down.ports)).toMatchObject({ kind: "not-claimed" });
    });
  });

  describe("where its provider keeps a rate", () => {
    const place = { claim: { kind: "place", provider: "mail", rate: { count: 2, perMs: 1_000 }, attempt: 1 }, deliver: [] } as const;
    /** Ports whose first claim asks for a place, and what was done about places. */
    const limited = (then: ClaimAnswer, replace: Parameters<typeof recordingPorts>[0] = {}) => {
      const done: string[] = [];
      let asked = 0;
      const made = recordingPorts({
        claim: () => Promise.resolve(asked++ === 0 ? place : then),
        place: (_, provider, { id }) => {
          done.push(`place ${provider} ${id}`);
          return Promise.resolve({ at: 0, taken: true, graceMs: 50 });
        },
        giveBack: (_, provider, id) => Promise.resolve(void done.push(`give back ${provider} ${id}`)),
        ...replace,
      });
      return { ...made, done };
    };

    it("gets a place, then claims, and sends at it", async () => {
      const { ports, recorded, done } = limited(toSend);
      expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "done" });
      expect(recorded.steps).toEqual(["claim u:1", "claim u:1", "call", "settle u:1"]);
      expect(recorded.claims[1]).toMatchObject({ place: { provider: "mail", at: 0 } });
      expect(done).toEqual(["place mail m1:1"]);
    });

    it("returns it if the claim is refused just then, not if somebody else has the message", async () => {
      const refused = limited({ claim: { kind: "no", reason: "exited", unused: true }, deliver: [] });
      await deliverMessage(queued, refused.ports);
      expect(refused.done).toEqual(["place mail m1:1", "give back mail m1:1"]);
      const taken = limited({ claim: { kind: "no", reason: "claimed" }, deliver: [] });
      await deliverMessage(queued, taken.ports);
      expect(taken.done).toEqual(["place mail m1:1"]);
    });

    it("waits for a near place, and begins no call after its grace: another one is taken, or nothing is sent", async () => {
      let now = 1_000;
      const places = [
        { at: 1_400, taken: true, graceMs: 50 },
        { at: 1_900, taken: true, graceMs: 50 },
        { at: 9_000, taken: false, graceMs: 50 },
      ];
      const authorize = { ...recordingPorts().ports.authorize, now: () => now };
      const pause = (ms: number) => Promise.resolve(void (now += ms));
      const slow = { authorize, pause, place: () => Promise.resolve(places.shift() ?? { at: now, taken: true, graceMs: 50 }) };
      // A second goes by at each look at the settings: the place is over when the call would begin.
      const provider = () => Promise.resolve(void (now += 100)).then(() => resend);
      const { ports, recorded } = limited(toSend, { ...slow, provider });
      await deliverMessage(queued, ports);
      expect([recorded.steps.filter((step) => step === "call").length, now]).toEqual([1, 1_900]);

      places.splice(0, places.length, { at: now, taken: true, graceMs: 50 }, { at: now + 9_000, taken: false, graceMs: 50 });
      const none = limited(toSend, { ...slow, provider });
      await deliverMessage(queued, none.ports);
      expect(none.recorded.steps).not.toContain("call");
      expect(none.recorded.settles[0]?.outcome).toEqual({ kind: "retry", detail: "no place under the provider's rate in time" });
    });

    it("begins its call once those before it are over, and tells its end, however it ends", async () => {
      const order: string[] = [];
      const waits = [100, 40, 0];
      const ports = {
        begin: () => Promise.resolve(waits.shift() ?? 0),
        pause: (ms: number) => Promise.resolve(void order.push(`wait ${ms}`)),
        end: (_: string, provider: string, id: string) => Promise.resolve(void order.push(`end ${provider} ${id}`)),
        call: () => {
          order.push("call");
          return Promise.reject(new Error("the runtime gave up"));
        },
      };
      await deliverMessage(queued, limited(toSend, ports).ports).catch(() => undefined);
      expect(order).toEqual(["wait 100", "wait 40", "call", "end mail m1:1"]);
    });

    it("sends nothing, and says so, where they do not end", async () => {
      const { ports, recorded, done } = limited(toSend, { begin: () => Promise.resolve(100) });
      await deliverMessage(queued, ports);
      expect(recorded.steps).not.toContain("call");
      expect(recorded.settles[0]?.outcome).toEqual({ kind: "retry", detail: "the calls before it are not over" });
      expect(done.at(-1)).toBe("give back mail m1:1");
    });

    it("leaves the message to the queue when no place can be had", async () => {
      const { ports, recorded } = limited(toSend, { place: failing("overloaded") });
      expect(await deliverMessage(queued, ports)).toMatchObject({ kind: "not-claimed" });
      expect(recorded.steps).toEqual(["claim u:1"]);
    });
  });

  it("has its provider paused by the provider's own word alone", async () => {
    const paused: string[] = [];
    const misconfigured = (_: string, provider: string, { detail }: { readonly detail: string }) =>
      Promise.resolve(void paused.push(`${provider}: ${detail}`));
    const said = { call: () => Promise.resolve(answer(401, '{"name":"invalid_api_key"}')), misconfigured };
    await deliverMessage(queued, recordingPorts(said).ports);
    await deliverMessage(queued, recordingPorts({ provider: () => Promise.resolve(undefined), misconfigured }).ports);
    await deliverMessage(queued, recordingPorts({ call: () => Promise.resolve({ kind: "blocked", detail: "no" }), misconfigured }).ports);
    expect(paused).toEqual(["mail: 401 invalid_api_key"]);
  });
});
