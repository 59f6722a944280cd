import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Runtime, startRuntime } from "../../scripts/launch/runtime.ts";
import { samples } from "../../src/channels/providers/conformance-samples.ts";
import type { Channel, MessageContent, Outcome } from "../../src/domain/message/message.ts";
import { type FaultyAnswer, type FaultyServer, startFaultyServer } from "../support/faulty-http.ts";
import type { AttemptWish } from "../support/provider-worker.ts";

interface Taken extends FaultyAnswer {
  readonly id: string;
  readonly path: string;
  readonly channel: Channel;
}
const account = `AC${"0".repeat(32)}`;

/** What each provider documents of a message it took, and our note of it. */
const accepted: Readonly<Record<string, Taken>> = {
  twilio: {
    status: 201,
    body: '{"sid":"SM1","status":"queued"}',
    id: "SM1",
    path: `/2010-04-01/Accounts/${account}/Messages.json`,
    channel: "sms",
  },
  "twilio-whatsapp": {
    status: 201,
    body: '{"sid":"SM2","status":"queued"}',
    id: "SM2",
    path: `/2010-04-01/Accounts/${account}/Messages.json`,
    channel: "whatsapp",
  },
  vonage: { status: 202, body: '{"message_uuid":"u-1"}', id: "u-1", path: "/v1/messages", channel: "sms" },
  "vonage-sms": {
    status: 200,
    body: '{"message-count":"1","messages":[{"to":"491511234567","message-id":"0A1","status":"0"}]}',
    id: "0A1",
    path: "/sms/json",
    channel: "sms",
  },
  messagebird: { status: 201, body: '{"id":"e807"}', id: "e807", path: "/messages", channel: "sms" },
  plivo: {
    status: 202,
    body: '{"message_uuid":["db3c"],"api_id":"x"}',
    id: "db3c",
    path: "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Message/",
    channel: "sms",
  },
  telnyx: { status: 200, body: '{"data":{"id":"4038"}}', id: "4038", path: "/v2/messages", channel: "sms" },
  "whatsapp-cloud": {
    status: 200,
    body: '{"messages":[{"id":"wamid.1"}]}',
    id: "wamid.1",
    path: "/v23.0/106540352242922/messages",
    channel: "whatsapp",
  },
  slack: { status: 200, body: '{"ok":true,"channel":"C1","ts":"1.2"}', id: "C1/1.2", path: "/api/chat.postMessage", channel: "slack" },
};
const contents: Readonly<Partial<Record<Channel, MessageContent>>> = {
  sms: { channel: "sms", body: "Grüße" },
  whatsapp: { channel: "whatsapp", body: "Grüße" },
  slack: { channel: "slack", text: "Grüße" },
};

/** Those of whose answers the body counts, not the status: cut short, nobody knows. */
const spokenInBody = new Set(["vonage-sms", "slack"]);
/** Faults that would last for ever, and how long they are waited for. */
const endless = new Set(["silent", "slow-body"]);
const shortMs = 400;

const scratch = mkdtempSync(path.join(tmpdir(), "tern-texts-"));
let runtime: Runtime;
let closedPort = 0;

/** One attempt, made in the Workers runtime. */
const attempt = async (wish: AttemptWish): Promise<Outcome> =>
  (await (await fetch(runtime.url, { method: "POST", body: JSON.stringify(wish) })).json()) as Outcome;

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: {
      ssr: path.join(import.meta.dirname, "../support/provider-worker.ts"),
      outDir: scratch,
      emptyOutDir: false,
      target: "es2024",
      rolldownOptions: { external: [/^cloudflare:/], output: { entryFileNames: "main.js" } },
    },
  });
  const modules = [{ type: "ESModule" as const, path: path.join(scratch, "main.js") }];
  const worker = { name: "providers", rootPath: scratch, modules, compatibilityDate: "2026-08-20" };
  runtime = await startRuntime(worker, { port: 0 });
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const address = probe.address();
  closedPort = typeof address === "object" && address ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
});
afterAll(async () => {
  await runtime.stop();
  rmSync(scratch, { recursive: true, force: true });
});

describe.each(Object.entries(accepted))("%s, called by the Workers runtime", (type, answer) => {
  let server: FaultyServer;
  let current: FaultyAnswer = answer;
  beforeAll(async () => {
    server = await startFaultyServer(() => current);
  });
  afterAll(() => server.stop());
  const settings = samples[type]?.settings ?? {};
  const content = contents[answer.channel] ?? { channel: "sms", body: "" };
  const wish = (baseUrl: string, to = samples[type]?.to ?? "", timeoutMs = 10_000): AttemptWish => ({
    definition: { key: "mine", type, channel: answer.channel, settings, baseUrl },
    message: { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to, content },
    timeoutMs,
  });
  const meet = async (fault: string, answered: FaultyAnswer = answer): Promise<Outcome> => {
    current = answered;
    return attempt(wish(server.baseUrl(fault), undefined, endless.has(fault) ? shortMs : undefined));
  };

  it("takes a message, and its id is kept", async () => {
    expect(await meet("ok")).toEqual({ kind: "accepted", providerMessageId: answer.id });
    expect(server.requests.at(-1)).toMatchObject({ path: answer.path });
  });

  it.each([
    ["a connection cut before the answer", "cut", "uncertain"],
    ["no answer in time", "silent", "uncertain"],
    ["an answer cut in its body", "cut-body", spokenInBody.has(type) ? "uncertain" : "accepted"],
    ["a body that never ends", "slow-body", spokenInBody.has(type) ? "uncertain" : "accepted"],
    ["a redirect, which is not followed", "redirect", "misconfigured"],
    ["a page instead of an answer", "page", "uncertain"],
    ["502", "bad-gateway", "uncertain"],
    ["503", "busy", "retry"],
  ] as const)("%s", async (_, fault, kind) => {
    expect((await meet(fault)).kind).toBe(kind);
  });

  it("nobody listening: nothing was taken", async () => {
    expect((await attempt(wish(`http://127.0.0.1:${closedPort}`))).kind).toBe("retry");
  });

  it.runIf(type !== "slack")("an address that is no telephone number: nothing is sent", async () => {
    const before = server.requests.length;
    expect(await attempt(wish(server.baseUrl("ok"), "0151 1234567"))).toEqual({
      kind: "unreachable",
      detail: expect.stringContaining("country's code") as string,
    });
    expect(server.requests.length).toBe(before);
  });

  it("never says a secret of its own settings, whatever is said back to it", async () => {
    const said = Object.values(settings).filter((value) => typeof value === "string");
    const outcome = await meet("ok", { status: 400, body: JSON.stringify({ message: `bad request: ${said.join(" ")}` }) });
    expect(outcome.kind).toBe("rejected");
    for (const secret of ["twilio-token", "vonage-secret", "live_1", "signing-1", "plivo-token", "KEY1", "meta-token", "xoxb-1"])
      expect(JSON.stringify(outcome)).not.toContain(secret);
  });
});
