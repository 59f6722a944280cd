import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callOutbound } from "./outbound.ts";

/** A server that answers each request with these bytes and leaves the connection as `end` says. */
type Behaviour = { readonly write?: string; readonly end?: "close" | "cut" | "open" };
const behaviours: Readonly<Record<string, Behaviour>> = {
  "/ok": { write: "HTTP/1.1 201 Created\r\nX-Thing: A\r\nRetry-After: 3\r\ncontent-length: 5\r\n\r\nhello" },
  "/redirect": { write: "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n" },
  "/cut": { end: "cut" },
  "/silent": { end: "open" },
  "/cut-body": { write: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhal", end: "cut" },
  "/slow-body": { write: "HTTP/1.1 500 X\r\ncontent-length: 100\r\n\r\nhal", end: "open" },
  "/large": { write: `HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n${"x".repeat(300_000)}` },
};

let server: Server;
let origin = "";
const requests: string[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const text = data.toString();
      requests.push(text);
      const behaviour = behaviours[text.split(" ")[1] ?? ""] ?? {};
      const finish = () => (behaviour.end === "cut" ? socket.destroy() : behaviour.end === "open" ? undefined : socket.end());
      if (behaviour.write === undefined) finish();
      else socket.write(behaviour.write, finish);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("expected a port");
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const call = (path: string, options: { allowLoopback?: boolean; timeoutMs?: number; isListening?: (url: URL) => Promise<boolean> } = {}) =>
  callOutbound(
    { method: "POST", url: path.startsWith("/") ? origin + path : path, headers: { "idempotency-key": "m1" }, body: "{}" },
    { allowLoopback: true, timeoutMs: 300, ...options },
  );

describe("callOutbound", () => {
  it("answers with status, headers in lower case and body", async () => {
    expect(await call("/ok")).toMatchObject({
      kind: "answer",
      status: 201,
      headers: { "x-thing": "A", "retry-after": "3" },
      body: "hello",
      complete: true,
    });
    expect(requests.at(-1)).toMatch(/user-agent: Tern/i);
    expect(requests.at(-1)).toMatch(/idempotency-key: m1/i);
  });

  it("never follows a redirect", async () => {
    const before = requests.length;
    expect(await call("/redirect")).toMatchObject({ kind: "answer", status: 302 });
    expect(requests.length).toBe(before + 1);
  });

  it("knows that a cut connection leaves the outcome open", async () => {
    expect(await call("/cut")).toMatchObject({ kind: "lost" });
  });

  it("knows that silence leaves the outcome open, and waits no longer than it may", async () => {
    expect(await call("/silent")).toEqual({ kind: "lost", detail: "no answer within 0.3 s" });
  });

  it("keeps the status when the body breaks off or never ends", async () => {
    expect(await call("/cut-body")).toMatchObject({ kind: "answer", status: 200, body: "hal", complete: false });
    expect(await call("/slow-body")).toMatchObject({ kind: "answer", status: 500, body: "hal", complete: false });
  });

  it("keeps no more than 64 KB of a body", async () => {
    const reply = await call("/large");
    expect(reply).toMatchObject({ kind: "answer", complete: false });
    expect(reply.kind === "answer" && reply.body.length).toBe(64 * 1024);
  });

  it("tells a refused connection from a cut one by asking first", async () => {
    const before = requests.length;
    expect(await call("/ok", { isListening: () => Promise.resolve(false) })).toEqual({
      kind: "no-connection",
      detail: "connection refused",
    });
    expect(requests.length).toBe(before);
    expect(await call("/ok", { isListening: () => Promise.resolve(true) })).toMatchObject({ kind: "answer", status: 201 });
  });

  it("makes no call to an address that may not be called", async () => {
    const before = requests.length;
    expect(await call("/ok", { allowLoopback: false })).toMatchObject({ kind: "blocked", detail: expect.stringMatching(/loopback/) });
    expect(await call("http://169.254.169.254/latest/meta-data")).toMatchObject({ kind: "blocked" });
    expect(await call("file:///etc/passwd")).toMatchObject({ kind: "blocked" });
    expect(requests.length).toBe(before);
  });

  it("makes no call that cannot be made", async () => {
    expect(
      await callOutbound({ method: "POST", url: `${origin}/ok`, headers: { "x-a": "bad\nvalue" } }, { allowLoopback: true }),
    ).toMatchObject({ kind: "blocked" });
  });
});
