import { describe, expect, it } from "vitest";
import type { AskMessage } from "../src/api/queue.ts";
import type { OpenAsk } from "../src/domain/user/state.ts";
import type { Env } from "./env.ts";
import { sendFollowUps } from "./follow-up.ts";

const ask = (id: number, body: string): OpenAsk => ({
  id: `q${id}`,
  run: "r",
  journey: "j",
  step: "s",
  wish: { kind: "webhook", url: "https://a.example", method: "POST", headers: {}, body, timeoutMs: 1_000 },
  createdAt: 0,
  due: 0,
  attempts: 1,
});
/** Sends the questions of one user and answers what the queue was given, send by send. */
const send = async (asks: readonly OpenAsk[], movedTo?: "u:new"): Promise<readonly (readonly AskMessage[])[]> => {
  const sends: AskMessage[][] = [];
  const ASKS = {
    sendBatch: (bodies: Iterable<{ readonly body: AskMessage }>) => Promise.resolve(void sends.push([...bodies].map(({ body }) => body))),
  };
  const env = { ASKS } as unknown as Env; // only this queue is used: there are no messages
  await sendFollowUps(env, [{ workspace: "w", user: "u:1", answer: { deliver: [], asks, ...(movedTo !== undefined && { movedTo }) } }]);
  return sends;
};

describe("sendFollowUps", () => {
  it("sends many small questions together, a hundred at a time", async () => {
    const sends = await send(Array.from({ length: 250 }, (_, id) => ask(id, "")));
    expect(sends.map((one) => one.length)).toEqual([100, 100, 50]);
    expect(new Set(sends.flat().map(({ ask: { id } }) => id)).size).toBe(250);
  });

  it("sends large ones within what a queue takes at once", async () => {
    const sends = await send(Array.from({ length: 7 }, (_, id) => ask(id, "€".repeat(30_000))));
    expect(sends.flat()).toHaveLength(7);
    for (const one of sends) expect(new TextEncoder().encode(JSON.stringify(one)).byteLength).toBeLessThan(256_000);
  });

  it("addresses them to whom the user became", async () => {
    expect((await send([ask(1, "")], "u:new")).flat()).toMatchObject([{ workspace: "w", user: "u:new" }]);
  });

  it("sends nothing where nothing is asked", async () => {
    expect(await send([])).toEqual([]);
  });
});
