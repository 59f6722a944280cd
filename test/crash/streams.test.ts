import { createServer, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTern, waitFor, type Tern } from "../harness.ts";

/** An alarm that died is followed by another within two minutes; starting takes its time too. */
const limitMs = 240_000;

interface Received {
  readonly id: string;
  readonly body: string;
}

let tern: Tern;
let server: Server;
let port = 0;
const received: Received[] = [];
const sends: string[] = [];
/** Answers that are not given: the endpoint has taken it and we do not know. */
const held: ServerResponse[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/send") {
        sends.push(String(request.headers["idempotency-key"]));
        response.writeHead(200).end("{}");
        return;
      }
      received.push({ id: String(request.headers["webhook-id"]), body: Buffer.concat(chunks).toString() });
      if (received.length === 2) held.push(response);
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  tern = await startTern();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await tern.stop();
});

const itemsOf = (body: string): readonly { readonly id: string; readonly type: string; readonly event?: { readonly event?: string } }[] =>
  (JSON.parse(body) as { data: { id: string; type: string; event?: { event?: string } }[] }).data;

it(
  "killed while an endpoint is told, it goes on without loss or reorder: only the same request comes twice",
  async () => {
    await tern.api("PUT", "/api/streams/all", {
      url: `http://127.0.0.1:${port}/`,
      include: ["events", "users"],
      secrets: [`whsec_${Buffer.from("x".repeat(32)).toString("base64")}`],
    });
    await tern.track("track", { userId: "ada", event: "Step 0" });
    await waitFor(() => received.length === 1, 30_000);
    for (let n = 1; n <= 5; n++) await tern.track("track", { userId: "ada", event: `Step ${n}` });
    await waitFor(() => held.length === 1, 30_000);
    await tern.kill();
    await tern.restart();
    for (let n = 6; n <= 8; n++) await tern.track("track", { userId: "ada", event: `Step ${n}` });
    const names = (): readonly string[] => {
      const byId = new Map(received.map(({ id, body }) => [id, body] as const));
      return [...byId.values()].flatMap(itemsOf).flatMap((item) => (item.type === "event" ? [item.event?.event ?? ""] : []));
    };
    await waitFor(() => names().length >= 9, 180_000);
    expect(names()).toEqual(Array.from({ length: 9 }, (_, n) => `Step ${n}`));
    expect(received.filter(({ id }) => id === received[1]?.id).length).toBeGreaterThanOrEqual(2);
    for (const { id, body } of received) expect(received.find((one) => one.id === id)?.body).toBe(body);
  },
  limitMs,
);

it(
  "killed while a call sends, its repetition is about the same message, which goes out once",
  async () => {
    await tern.api("PUT", "/api/providers/hooks", { channel: "webhook", type: "webhook", settings: {}, default: true });
    const send = async (): Promise<{ readonly id?: string }> => {
      const response = await fetch(`${tern.url}/api/messages`, {
        method: "POST",
        headers: { authorization: `Bearer ${tern.apiKey}`, "content-type": "application/json", "idempotency-key": "order-7" },
        body: JSON.stringify({ user: { id: "bob" }, channel: "webhook", content: { url: `http://127.0.0.1:${port}/send`, body: "{}" } }),
      });
      return response.json() as Promise<{ id?: string }>;
    };
    const cut = send().catch(() => ({}));
    await new Promise((resolve) => {
      setTimeout(resolve, 15);
    });
    await tern.kill();
    const first: { readonly id?: string } = await cut;
    await tern.restart();
    const again = await send();
    expect(again.id).toMatch(/^m/);
    if (first.id !== undefined) expect(again.id).toBe(first.id);
    expect((await send()).id).toBe(again.id);
    await waitFor(async () => {
      const { status } = (await tern.api("GET", `/api/messages/${again.id}`)) as { status: string };
      return status === "sent" || status === "uncertain";
    }, 200_000);
    expect(sends.length).toBeLessThanOrEqual(1);
    expect(new Set(sends).size).toBe(sends.length);
  },
  limitMs,
);

it(
  "killed right after the answers, every message that was answered goes out; those sent again are so under the id they had",
  async () => {
    sends.length = 0;
    // The endpoint knows repetitions by their Idempotency-Key, so what is uncertain may be sent again: nothing may be missing.
    await tern.api("PUT", "/api/providers/hooks", {
      channel: "webhook",
      type: "webhook",
      settings: {},
      default: true,
      onUncertain: "resend",
    });
    const send = async (n: number): Promise<string> => {
      const answer = (await tern.api("POST", "/api/messages", {
        user: { id: `user-${n}` },
        channel: "webhook",
        content: { url: `http://127.0.0.1:${port}/send`, body: "{}" },
      })) as { readonly id: string };
      return answer.id;
    };
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n)));
    await tern.kill();
    await tern.restart();
    await waitFor(() => ids.every((id) => sends.includes(id)), 200_000);
    expect(new Set(sends)).toEqual(new Set(ids));
  },
  limitMs,
);
