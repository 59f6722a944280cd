import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTern, waitFor, type Tern } from "../harness.ts";
import { startSink, type Sink } from "../sink.ts";
import { installHook } from "../install-hook.ts";

const kills = 10;
/** A claim that a kill cut off is offered again when its lease of two minutes is over (a provider must not be called twice at once), then within seconds. */
const recoveredWithinMs = 150_000;
/** Half of the runs wait a second before they send, so that kills also meet armed alarms. */
const journeys = [
  { key: "now", event: "Order Completed" },
  { key: "later", event: "Product Added", wait: "PT1S" },
] as const;

let tern: Tern;
let sink: Sink;
/** Triggers that were answered 200: what the platform owes. */
const accepted = new Set<string>();

beforeAll(async () => {
  sink = await startSink();
  tern = await startTern();
  for (const journey of journeys) await installHook(tern.api, sink, journey);
});
afterAll(async () => {
  await tern?.stop();
  await sink?.close();
});

/** Sends batches without pause until told to stop; a call that the kill cut off is not owed (nor is it sent again: its ids are its own). */
const load = async (halt: { now: boolean }): Promise<void> => {
  while (!halt.now) {
    const ns = Array.from({ length: 10 }, () => randomUUID());
    const batch = ns.map((n, index) => ({
      type: "track",
      messageId: n,
      userId: `user-${Math.floor(Math.random() * 200)}`,
      event: journeys[index % 2]?.event,
      properties: { n },
    }));
    try {
      const { status } = await tern.track("batch", { batch });
      if (status === 200) for (const n of ns) accepted.add(n);
    } catch {
      await sleep(5); // killed: nobody listens
    }
    await sleep(10);
  }
};

test(
  `${kills} times kill -9 of everything in mid-load: nothing lost, nothing doubled by idempotency key`,
  { timeout: 300_000 },
  async () => {
    for (let round = 0; round < kills; round++) {
      const halt = { now: false };
      const loads = [load(halt), load(halt)];
      await sleep(150 + Math.random() * 850);
      await tern.kill();
      halt.now = true;
      await Promise.all(loads);
      await tern.restart();
    }
    const called = (): ReadonlySet<string> => new Set(sink.calls.map((call) => (JSON.parse(call.body) as { n: string }).n)); // our own template's body
    await waitFor(() => [...accepted].every((n) => called().has(n)), recoveredWithinMs).catch(() => undefined);

    const lost = [...accepted].filter((n) => !called().has(n));
    const keysByTrigger = new Map<string, Set<unknown>>();
    for (const call of sink.calls) {
      const { n } = JSON.parse(call.body) as { n: string };
      keysByTrigger.set(n, (keysByTrigger.get(n) ?? new Set()).add(call.headers["idempotency-key"]));
    }
    // The same key twice is a repetition the provider recognises; two keys for one trigger would be two messages.
    const doubled = [...keysByTrigger].filter(([, keys]) => keys.size > 1);
    console.log(
      `${accepted.size} triggers accepted over ${kills} kills; ${sink.calls.length} calls at the sink, ${sink.calls.length - keysByTrigger.size} of them repetitions with a known key`,
    );
    // Enough to mean something, also on a machine that is busy with more than this.
    expect(accepted.size).toBeGreaterThan(kills * 10);
    expect({ lost: lost.length, doubled: doubled.length }).toEqual({ lost: 0, doubled: 0 });
  },
);

test("after the kills no run is stuck and nothing waits in the intake", { timeout: 300_000 }, async () => {
  for (const { key } of journeys) {
    const settled = await waitFor(async () => {
      const statistics = (await tern.api("GET", `/api/journeys/${key}/statistics`)) as { readonly started: number; readonly live: number };
      return statistics.started > 0 && statistics.live === 0 && statistics;
    }, recoveredWithinMs);
    expect(settled.live).toBe(0);
  }
});
