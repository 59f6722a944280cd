import { describe, expect, it } from "vitest";
import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { HttpCall, Sending } from "../../src/channels/provider.ts";
import type { SmtpEnd, SmtpMail, SmtpServer } from "../../src/channels/smtp/smtp.ts";
import { newServiceAccount } from "../../src/channels/push/push-kit.ts";
import { attempt, type AttemptPorts } from "./attempt.ts";
import { answer, recordingPorts } from "./fixtures.ts";

const message: Sending = {
  workspace: "w1",
  user: "u:1",
  id: "m1",
  echo: "w1-0-m1",
  to: "ada@example.com",
  content: { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" },
};
const relay: ProviderDefinition = {
  key: "relay",
  type: "smtp",
  channel: "email",
  settings: {
    host: "mail.example.com",
    port: 587,
    security: "starttls",
    username: "shop",
    password: "smtp-password",
    from: "shop@example.com",
  },
};
const mandrill: ProviderDefinition = {
  key: "mail",
  type: "mandrill",
  channel: "email",
  settings: { apiKey: "md-secret-key", from: "shop@example.com" },
};
const portsWith = (definition: ProviderDefinition, more: Partial<AttemptPorts> = {}): AttemptPorts =>
  recordingPorts({ provider: () => Promise.resolve(definition), ...more }).ports;

describe("attempt, over SMTP", () => {
  const end = (code: number, text: string, stage: Extract<SmtpEnd, { kind: "reply" }>["stage"] = "end"): SmtpEnd => ({
    kind: "reply",
    stage,
    reply: { code, text },
    sole: true,
  });

  it("hands the mail to the server of the settings, dated now", async () => {
    const handed: { readonly server: SmtpServer; readonly mail: SmtpMail }[] = [];
    const outcome = await attempt(
      message,
      "relay",
      portsWith(relay, {
        authorize: { ...recordingPorts().ports.authorize, now: () => Date.parse("2026-03-05T10:00:00Z") },
        mail: (server, mail) => {
          handed.push({ server, mail });
          return Promise.resolve(end(250, "2.0.0 Ok: queued as 4A1B"));
        },
      }),
    );
    expect(outcome).toEqual({ kind: "accepted", providerMessageId: "4A1B" });
    expect(handed).toHaveLength(1);
    expect(handed[0]?.server).toEqual({
      host: "mail.example.com",
      port: 587,
      security: "starttls",
      login: { user: "shop", password: "smtp-password" },
    });
    expect(handed[0]?.mail).toMatchObject({ from: "shop@example.com", recipients: ["ada@example.com"], hello: "example.com" });
    expect(handed[0]?.mail.data).toContain("Date: Thu, 05 Mar 2026 10:00:00 +0000\r\n");
  });

  it("notes no password that a server says back", async () => {
    const mail = () => Promise.resolve(end(535, "5.7.8 smtp-password is wrong", "login"));
    expect(await attempt(message, "relay", portsWith(relay, { mail }))).toEqual({
      kind: "misconfigured",
      detail: "535 5.7.8 *** is wrong",
    });
  });

  it("speaks to nobody about an address that cannot be said", async () => {
    const mail = () => Promise.reject(new Error("asked"));
    expect(await attempt({ ...message, to: "grüße@example.com" }, "relay", portsWith(relay, { mail }))).toMatchObject({ kind: "rejected" });
  });
});

describe("attempt, over HTTP", () => {
  it("notes no key that is told in a body, or in part of a header", async () => {
    const called: HttpCall[] = [];
    const call: AttemptPorts["call"] = (one) => {
      called.push(one);
      return Promise.resolve(answer(400, JSON.stringify({ name: "Odd", message: "you said md-secret-key" })));
    };
    expect(await attempt(message, "mail", portsWith(mandrill, { call }))).toEqual({ kind: "rejected", detail: "400 Odd: you said ***" });
    expect(String(called[0]?.body)).toContain("md-secret-key");
  });

  it("signs SES's call with what the clock says", async () => {
    const ses: ProviderDefinition = {
      key: "mail",
      type: "ses",
      channel: "email",
      settings: { region: "eu-central-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "aws-secret", from: "shop@example.com" },
    };
    const called: HttpCall[] = [];
    const call: AttemptPorts["call"] = (one) => {
      called.push(one);
      return Promise.resolve(answer(200, '{"MessageId":"m"}'));
    };
    await attempt(message, "mail", portsWith(ses, { call }));
    expect(called[0]?.headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/19700101\/eu-central-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
  });

  describe("a token kept from an earlier call that the service does not take any more", () => {
    const setUp = async () => {
      const { file } = await newServiceAccount();
      const push: ProviderDefinition = { key: "push", type: "fcm", channel: "push", settings: { serviceAccount: file } };
      const tokens = new Map<string, string>();
      const sent: (string | undefined)[] = [];
      let made = 0;
      const ports = portsWith(push, {
        authorize: {
          now: () => Date.parse("2026-03-05T10:00:00Z"),
          call: () => Promise.resolve(answer(200, JSON.stringify({ access_token: `token-${++made}` }))),
          cached: async (name, make) => {
            const value = tokens.get(name) ?? (await make()).value;
            tokens.set(name, value);
            return value;
          },
        },
        forgetToken: (name) => void tokens.delete(name),
        call: ({ headers }) => {
          sent.push(headers["authorization"]);
          return Promise.resolve(
            refuses(headers["authorization"]) ? answer(401, '{"error":{"status":"UNAUTHENTICATED"}}') : answer(200, '{"name":"n1"}'),
          );
        },
      });
      let refuses = (_given: string | undefined): boolean => false;
      const push1 = () => attempt({ ...message, to: "fcm-token", content: { channel: "push", title: "Hi", body: "Hi" } }, "push", ports);
      return { push1, sent, refuse: (which: typeof refuses) => (refuses = which) };
    };

    it("is made anew, and the message tried again: one that was taken back pauses nobody", async () => {
      const { push1, sent, refuse } = await setUp();
      expect(await push1()).toMatchObject({ kind: "accepted" });
      refuse((given) => given === "Bearer token-1");
      expect(await push1()).toMatchObject({ kind: "retry", detail: expect.stringContaining("401") as string });
      expect(await push1()).toMatchObject({ kind: "accepted" });
      expect(sent).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    });

    it("what is said of a new one is said of the account", async () => {
      const { push1, refuse } = await setUp();
      refuse(() => true);
      expect(await push1()).toMatchObject({ kind: "misconfigured" });
    });
  });
});
