import { createServer, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTern, waitFor, type Tern } from "../harness.ts";

/** A question nobody answered is put again after 30 s; starting takes its time too. */
const limitMs = 170_000;

let tern: Tern;
let server: Server;
const keys: string[] = [];
/** Answers that are not given yet: the endpoint has done its work and we do not know. */
const held: ServerResponse[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    keys.push(String(request.headers["idempotency-key"]));
    if (keys.length === 1) held.push(response);
    else response.writeHead(200, { "content-type": "application/json" }).end('{"tier": "gold"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  tern = await startTern();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await tern.stop();
});

it(
  "a crash between the endpoint's answer and our note: it is called again, with the same key, and the journey goes on",
  async () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await tern.api("PUT", "/api/journeys/score", {
      key: "score",
      name: "Score",
      trigger: { type: "event", event: "Signed Up" },
      frequency: { type: "once" },
      start: "call",
      steps: {
        call: { type: "webhook", url: `http://127.0.0.1:${port}/`, save: { tier: "tier" }, timeout: "PT10M", next: "done" },
        done: { type: "exit" },
      },
    });
    await tern.api("POST", "/api/journeys/score/publish", { inFlight: "stay" });
    await tern.track("track", { userId: "ada", event: "Signed Up" });
    await waitFor(() => keys.length === 1);
    await tern.kill();
    await tern.restart();
    const user = await waitFor(async () => {
      const view = (await tern.api("GET", "/api/users/ada")) as { readonly attributes: Record<string, unknown> };
      return view.attributes["tier"] !== undefined && view;
    }, 100_000);
    expect(user.attributes["tier"]).toBe("gold");
    expect(held).toHaveLength(1);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    expect(new Set(keys).size).toBe(1);
  },
  limitMs,
);
