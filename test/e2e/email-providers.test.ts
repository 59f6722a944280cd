import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../scripts/launch/runtime.ts";
import { samples } from "../../src/channels/providers/conformance-samples.ts";
import type { Outcome } from "../../src/domain/message/message.ts";
import { makeCertificate } from "../support/certificate.ts";
import { type FaultyAnswer, type FaultyServer, startFaultyServer } from "../support/faulty-http.ts";
import type { AttemptWish } from "../support/provider-worker.ts";
import { type RunningSmtpServer, type SmtpServerOptions, startSmtpServer } from "../support/smtp-server.ts";

/** What each provider documents of a mail it took, and our note of it. */
const accepted: Readonly<Record<string, FaultyAnswer & { readonly id?: string; readonly path: string }>> = {
  resend: { status: 200, body: '{"id":"49a3999c"}', id: "49a3999c", path: "/emails" },
  sendgrid: { status: 202, headers: { "x-message-id": "sg-1" }, body: "", id: "sg-1", path: "/v3/mail/send" },
  postmark: { status: 200, body: '{"ErrorCode":0,"Message":"OK","MessageID":"pm-1","To":"ada@example.com"}', id: "pm-1", path: "/email" },
  mailgun: {
    status: 200,
    body: '{"id":"<mg-1@mg.example.com>","message":"Queued. Thank you."}',
    id: "mg-1@mg.example.com",
    path: "/v3/mg.example.com/messages",
  },
  mandrill: {
    status: 200,
    body: '[{"email":"ada@example.com","status":"queued","_id":"md-1","reject_reason":null}]',
    id: "md-1",
    path: "/api/1.4/messages/send",
  },
  brevo: { status: 201, body: '{"messageId":"<br-1@relay.example>"}', id: "br-1@relay.example", path: "/v3/smtp/email" },
  ses: { status: 200, body: '{"MessageId":"ses-1"}', id: "ses-1", path: "/v2/email/outbound-emails" },
  "cloudflare-email": {
    status: 200,
    body: '{"success":true,"errors":[],"messages":[],"result":{"delivered":[],"permanent_bounces":[],"queued":["ada@example.com"]}}',
    path: "/accounts/0123456789abcdef0123456789abcdef/email/sending/send",
  },
};

/** Faults that would last for ever, and how long they are waited for. */
const endless = new Set(["silent", "slow-body", "hang"]);
const shortMs = 400;

const certificate = makeCertificate();
const scratch = mkdtempSync(path.join(tmpdir(), "tern-providers-"));
let runtime: Runtime;
let closedPort = 0;

const message: AttemptWish["message"] = {
  workspace: "w1",
  user: "u:1",
  id: "m0abc",
  echo: "w1-0-m0abc",
  to: "ada@example.com",
  content: { channel: "email", subject: "Grüße", html: "<p>Hi</p>", text: "Hi" },
};

/** One attempt, made in the Workers runtime. */
const attempt = async (definition: AttemptWish["definition"], timeoutMs = 10_000): Promise<Outcome> => {
  const wish: AttemptWish = { definition, message, timeoutMs };
  const response = await fetch(runtime.url, { method: "POST", body: JSON.stringify(wish) });
  return (await response.json()) as Outcome;
};

beforeAll(async () => {
  // Before the runtime's library is read: it takes what it trusts beside the public authorities from here.
  const trusted = path.join(scratch, "trusted.pem");
  writeFileSync(trusted, certificate.pem);
  process.env["NODE_EXTRA_CA_CERTS"] = trusted;
  const { startRuntime } = await import("../../scripts/launch/runtime.ts");
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
  const worker = {
    name: "providers",
    rootPath: scratch,
    modules: [{ type: "ESModule" as const, path: path.join(scratch, "main.js") }],
    compatibilityDate: "2026-08-20",
  };
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
  const definition = (baseUrl: string): AttemptWish["definition"] => ({
    key: "mail",
    type,
    channel: "email",
    settings: samples[type]?.settings ?? {},
    baseUrl,
  });
  const meet = async (fault: string, answered: FaultyAnswer = answer): Promise<Outcome> => {
    current = answered;
    return attempt(definition(server.baseUrl(fault)), endless.has(fault) ? shortMs : undefined);
  };

  it("takes a mail, and its id is kept", async () => {
    expect(await meet("ok")).toEqual({ kind: "accepted", ...(answer.id !== undefined && { providerMessageId: answer.id }) });
    expect(server.requests.at(-1)).toMatchObject({ path: answer.path });
    expect(server.requests.at(-1)?.body).toMatch(/ada(?:@|%40)example\.com/);
  });

  it.each([
    ["a connection cut before the answer", "cut", "uncertain"],
    ["no answer in time", "silent", "uncertain"],
    ["an answer cut in its body: the status had come", "cut-body", "accepted"],
    ["a body that never ends", "slow-body", "accepted"],
    ["a redirect, which is not followed", "redirect", "misconfigured"],
    ["a page instead of an answer", "page", "uncertain"],
    ["502", "bad-gateway", "uncertain"],
    ["503", "busy", "retry"],
  ] as const)("%s", async (_, fault, kind) => {
    expect((await meet(fault)).kind).toBe(kind);
  });

  it("nobody listening: nothing was taken, unless a repetition does no harm anyhow", async () => {
    const outcome = await attempt(definition(`http://127.0.0.1:${closedPort}`));
    expect(outcome.kind).toBe(type === "resend" ? "uncertain" : "retry");
  });

  it("never says a secret of its own settings, whatever is said back to it", async () => {
    const settings = Object.values(samples[type]?.settings ?? {}).filter((value) => typeof value === "string");
    const outcome = await meet("ok", { status: 400, body: JSON.stringify({ message: `bad request: ${settings.join(" ")}` }) });
    expect(outcome.kind).toBe("rejected");
    for (const secret of ["re_123456", "SG.abc", "server-token", "key-1", "md-1234567890", "xkeysib-1", "secret/key", "cf-token"])
      expect(JSON.stringify(outcome)).not.toContain(secret);
  });
});

describe("a server over SMTP, spoken to by the Workers runtime", () => {
  const running: RunningSmtpServer[] = [];
  afterAll(async () => {
    await Promise.all(running.map((server) => server.stop()));
  });
  const send = async (options: SmtpServerOptions, settings: Readonly<Record<string, unknown>> = {}) => {
    const server = await startSmtpServer({ certificate, ...options });
    running.push(server);
    const defaults = { host: "localhost", port: server.port, security: options.security, from: "Shop <shop@example.com>" };
    const hangs = Object.values(options.acts ?? {}).some((act) => endless.has(act));
    const outcome = await attempt(
      { key: "mail", type: "smtp", channel: "email", settings: { ...defaults, ...settings } },
      hangs ? shortMs : undefined,
    );
    return { server, outcome };
  };
  const login = { user: "shop", password: "secret-password" };
  const credentials = { username: "shop", password: "secret-password" };

  it.each(["none", "starttls", "tls"] as const)("takes a mail (security %s)", async (security) => {
    const { server, outcome } = await send({ security, login }, credentials);
    expect(outcome).toEqual({ kind: "accepted", providerMessageId: "4A1B2C3D" });
    expect(server.violations).toEqual([]);
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.secure).toBe(security !== "none");
  });

  it.each(["starttls", "tls"] as const)("is told nothing when its certificate is another's (security %s)", async (security) => {
    const { server, outcome } = await send({ security, login, certificate: makeCertificate() }, credentials);
    expect(outcome.kind).toBe("retry");
    expect(server.mails).toEqual([]);
    expect(server.commands.filter((line) => line.startsWith("AUTH"))).toEqual([]);
  });

  it.each([
    ["GREETING", "hang", "retry"],
    ["RCPT", "550 5.1.1 No such user", "unreachable"],
    ["DATA", "close", "retry"],
    ["END", "close", "uncertain"],
    ["END", "hang", "uncertain"],
    ["END", "accept-then-close", "uncertain"],
  ] as const)("%s: %s is %s", async (name, act, kind) => {
    const { server, outcome } = await send({ security: "none", acts: { [name]: act } });
    expect(outcome.kind).toBe(kind);
    expect(server.mails.length).toBe(name === "END" ? 1 : 0);
  });

  it("nobody listening: nothing was taken", async () => {
    const settings = { host: "localhost", port: closedPort, security: "none", from: "shop@example.com" };
    expect((await attempt({ key: "mail", type: "smtp", channel: "email", settings })).kind).toBe("retry");
  });

  it.each([
    ["10.0.0.1", 465, "tls"],
    ["mail.example.com", 25, "tls"],
    ["mail.example.com", 587, "none"],
  ])("%s:%i (%s) is never spoken to", async (host, port, security) => {
    const settings = { host, port, security, from: "shop@example.com" };
    expect((await attempt({ key: "mail", type: "smtp", channel: "email", settings })).kind).toBe("misconfigured");
  });

  it("keeps the password out of what it notes", async () => {
    const { outcome } = await send({ security: "none", login, acts: { MAIL: "550 5.7.1 not for secret-password" } }, credentials);
    expect(outcome).toMatchObject({ kind: "misconfigured", detail: "550 5.7.1 not for ***" });
  });
});
