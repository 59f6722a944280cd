import net from "node:net";
import tls from "node:tls";
import PostalMime from "postal-mime";
import { afterEach, describe, expect, it } from "vitest";
import { contents } from "../../src/channels/providers/conformance-samples.ts";
import { smtp } from "../../src/channels/providers/smtp.ts";
import { converse } from "../../src/channels/smtp/conversation.ts";
import type { SmtpServer, SmtpStage, SmtpWire } from "../../src/channels/smtp/smtp.ts";
import type { MessageContent, Outcome } from "../../src/domain/message/message.ts";
import { makeCertificate } from "../support/certificate.ts";
import { type RunningSmtpServer, type SmtpServerOptions, startSmtpServer } from "../support/smtp-server.ts";

const certificate = makeCertificate();
const at = Date.parse("2026-03-05T10:00:00Z");
const plain = { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" } as const;

const running: RunningSmtpServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A wire over node's sockets that waits 0.3 s for an answer, and 1.2 s for the one to the mail. */
class NodeWire implements SmtpWire {
  private socket: net.Socket;
  private chunks: AsyncIterator<Buffer>;
  private readonly trusted: string;
  constructor(socket: net.Socket, trusted: string) {
    this.socket = socket.on("error", () => undefined);
    this.chunks = socket[Symbol.asyncIterator]();
    this.trusted = trusted;
  }
  async read(stage: SmtpStage): Promise<Uint8Array | undefined> {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no answer in time")), stage === "end" ? 1_200 : 300));
    const { done, value } = await Promise.race([this.chunks.next(), late]);
    return done === true ? undefined : value;
  }
  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => this.socket.write(text, (error) => (error ? reject(error) : resolve())));
  }
  async startTls(): Promise<void> {
    const secure = tls.connect({ socket: this.socket, servername: "localhost", ca: this.trusted });
    await new Promise<void>((resolve, reject) => secure.once("secureConnect", resolve).once("error", reject));
    this.socket = secure;
    this.chunks = secure[Symbol.asyncIterator]();
  }
  close(): void {
    this.socket.destroy();
  }
}

const connectTo = (server: SmtpServer): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket: net.Socket =
      server.security === "tls"
        ? tls.connect({ port: server.port, host: "127.0.0.1", servername: "localhost", ca: certificate.pem }, () => resolve(socket))
        : net.connect(server.port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });

interface Sent {
  readonly server: RunningSmtpServer;
  readonly outcome: Outcome;
}

const send = async (
  options: Partial<SmtpServerOptions> = {},
  content: MessageContent = plain,
  login: { username?: string; password?: string } = {},
): Promise<Sent> => {
  const server = await startSmtpServer({ security: "none", certificate, ...options });
  running.push(server);
  const settings = smtp.settings.parse({
    host: "localhost",
    port: server.port,
    security: options.security ?? "none",
    from: "Shop <shop@example.com>",
    ...login,
  });
  const message = { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: "ada@example.com", content };
  const mail = smtp.mail(message, settings, at);
  const place = smtp.server(settings);
  const wire = new NodeWire(await connectTo(place), certificate.pem);
  const end = await converse(place, mail, wire);
  wire.close();
  return { server, outcome: smtp.outcome(end, { message, settings }) };
};

describe("a mail over SMTP", () => {
  it.each(["none", "starttls", "tls"] as const)("is handed over by the rules (security %s)", async (security) => {
    const { server, outcome } = await send({ security });
    expect(outcome).toEqual({ kind: "accepted", providerMessageId: "4A1B2C3D" });
    expect(server.violations).toEqual([]);
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]).toMatchObject({ from: "shop@example.com", recipients: ["ada@example.com"], secure: security !== "none" });
  });

  it("is handed over where every byte of a reply comes alone", async () => {
    const { server, outcome } = await send({ dribbles: true });
    expect([outcome.kind, server.violations]).toEqual(["accepted", []]);
  });

  it("is read by others as it was meant", async () => {
    const { server } = await send({}, contents.email);
    const [taken] = server.mails;
    expect(server.violations).toEqual([]);
    // Copies are of the envelope; blind ones of the envelope only; nobody is named twice.
    expect(taken?.recipients).toEqual(["ada@example.com", "grace@example.com", "archive@example.com"]);
    const mail = await PostalMime.parse(taken?.data ?? "");
    expect(mail).toMatchObject({
      from: { address: "shop@example.com", name: "Shop, The" },
      to: [{ address: "ada@example.com" }],
      cc: [{ address: "grace@example.com", name: "Grace" }],
      replyTo: [{ address: "help@example.com", name: "Help" }],
      subject: "Grüße",
      messageId: "<w1-0-m0abc@example.com>",
      date: "2026-03-05T10:00:00.000Z",
    });
    expect(mail.bcc).toBeUndefined();
    expect([mail.text?.trim(), mail.html?.trim()]).toEqual(["Hi", "<p>Hi</p>"]);
    const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
    expect(headers).toMatchObject({
      "list-unsubscribe": "<https://example.com/u/1>, <mailto:u@example.com>",
      "list-unsubscribe-post": "List-Unsubscribe=One-Click",
      "list-id": "<news.example.com>",
    });
    expect(
      mail.attachments.map(({ filename, mimeType, content }) => [filename, mimeType, new TextDecoder().decode(content as ArrayBuffer)]),
    ).toEqual([["Rechnung März.pdf", "application/pdf", "%PDF-1.4\n"]]);
  });

  it("keeps lines that begin with dots, long ones, and every character", async () => {
    const text = [".", "..", ".hidden", "From here", "=3D = =", "x".repeat(3_000), "trailing \t", "ÄÖÜ 😀 日本語", "", "end"].join("\n");
    const html = `<p>${"ä".repeat(2_000)}</p>\r\n.\r\n<p>.</p>`;
    const { server, outcome } = await send({}, { ...plain, text, html });
    expect([outcome.kind, server.violations]).toEqual(["accepted", []]);
    const mail = await PostalMime.parse(server.mails[0]?.data ?? "");
    expect(mail.text?.replace(/\n$/, "")).toBe(text);
    expect(mail.html?.replace(/\n$/, "")).toBe(html.replaceAll("\r\n", "\n"));
  });

  it("is one mail whatever its subject and names hold: nothing adds a header, a recipient or a command", async () => {
    const nasty = "x\r\nBcc: evil@example.com\r\n\r\n.\r\nMAIL FROM:<a@b>";
    const { server, outcome } = await send(
      {},
      { ...plain, subject: nasty, headers: { "X-Ref": nasty }, from: `"${nasty}" <shop@example.com>` },
    );
    expect([outcome.kind, server.violations, server.mails.length]).toEqual(["accepted", [], 1]);
    const mail = await PostalMime.parse(server.mails[0]?.data ?? "");
    expect(mail.bcc).toBeUndefined();
    expect(server.mails[0]?.recipients).toEqual(["ada@example.com"]);
    expect(server.commands.filter((line) => line.startsWith("MAIL"))).toHaveLength(1);
  });

  it("has long subjects in encoded words of at most 75 characters, on lines of at most 78", async () => {
    const subject = "Überraschung für dich: ".repeat(20).trim();
    const { server } = await send({}, { ...plain, subject });
    const head = (server.mails[0]?.data ?? "").split("\r\n\r\n")[0] ?? "";
    expect(Math.max(...head.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(86);
    expect((head.match(/=\?[^ ]+\?=/g) ?? []).every((word) => word.length <= 75)).toBe(true);
    expect((await PostalMime.parse(server.mails[0]?.data ?? "")).subject).toBe(subject);
  });

  it("goes to domains beyond ASCII by their IDNA name; a local part beyond ASCII is refused before anything is said", async () => {
    const { server } = await send({}, { ...plain, cc: ["grace@bücher.example"] });
    expect(server.mails[0]?.recipients).toContain("grace@xn--bcher-kva.example");
    await expect(send({}, { ...plain, cc: ["grüße@example.com"] })).rejects.toMatchObject({ outcome: { kind: "rejected" } });
    await expect(send({}, { ...plain, cc: ["<a@example.com> b"] })).rejects.toMatchObject({ outcome: { kind: "rejected" } });
  });

  it("is the same, byte for byte, whenever it is built for the same instant", () => {
    const settings = smtp.settings.parse({ host: "localhost", from: "shop@example.com" });
    const build = () =>
      smtp.mail(
        { workspace: "w1", user: "u:1", id: "m1", echo: "w1-0-m1", to: "ada@example.com", content: contents.email ?? plain },
        settings,
        at,
      );
    expect(build()).toEqual(build());
  });
});

describe("logging in", () => {
  const login = { user: "shop", password: "passwort-1" };
  const given = { username: "shop", password: "passwort-1" };

  it.each([["AUTH PLAIN LOGIN"], ["AUTH LOGIN"], ["AUTH=PLAIN"]])("works by %s", async (offered) => {
    const { server, outcome } = await send({ login, extensions: [offered] }, plain, given);
    expect([outcome.kind, server.violations]).toEqual(["accepted", []]);
  });

  it("never happens in the clear: without STARTTLS the conversation ends before it", async () => {
    const { server, outcome } = await send({ security: "starttls", login, extensions: ["AUTH PLAIN"] }, plain, given);
    expect(outcome).toMatchObject({ kind: "misconfigured", detail: expect.stringContaining("STARTTLS") as string });
    expect(server.commands).toEqual(["EHLO example.com"]);
  });

  it("ends where somebody speaks into the conversation before TLS begins", async () => {
    const { outcome } = await send({ security: "starttls", acts: { STARTTLS: "220 go ahead\r\n250 injected" } });
    expect(outcome.kind).toBe("misconfigured");
  });

  it.each([
    ["a wrong password", { login, acts: {} }, { ...given, password: "wrong" }, "misconfigured"],
    ["no mechanism that is known here", { login, extensions: ["AUTH CRAM-MD5"] }, given, "misconfigured"],
    ["a server that wants a login of one that has none", { acts: { MAIL: "530 5.7.0 Authentication required" } }, {}, "misconfigured"],
    ["a server too busy to check", { login, acts: { AUTH: "454 4.7.0 Temporary authentication failure" } }, given, "retry"],
  ] as const)("%s: %s", async (_, options, settings, kind) => {
    expect((await send(options, plain, settings)).outcome.kind).toBe(kind);
  });
});

describe("what a server answers", () => {
  it.each([
    ["GREETING", "554 5.7.1 No service for you", "misconfigured"],
    ["GREETING", "421 4.3.2 Too many connections", "retry"],
    ["GREETING", "SSH-2.0-OpenSSH", "retry"],
    ["GREETING", "close", "retry"],
    ["GREETING", "hang", "retry"],
    ["EHLO", "502 5.5.1 What?", "misconfigured"],
    ["MAIL", "451 4.3.0 Later", "retry"],
    ["MAIL", "550 5.7.1 Sender not yours", "misconfigured"],
    ["MAIL", "552 5.3.4 Too big", "rejected"],
    ["RCPT", "450 4.2.0 Greylisted", "retry"],
    ["RCPT", "354 What?", "retry"],
    ["RCPT", "550 5.1.1 No such user", "unreachable"],
    ["RCPT", "550 5.1.10 Takes no mail", "unreachable"],
    ["RCPT", "550 5.2.1 Disabled", "unreachable"],
    ["RCPT", "552 5.2.2 Mailbox full", "rejected"],
    ["RCPT", "550 No such user, or policy", "rejected"],
    ["RCPT", "554 5.7.1 Blocked", "rejected"],
    ["RCPT", "close", "retry"],
    ["DATA", "452 4.3.1 No room", "retry"],
    ["DATA", "554 5.7.0 No", "rejected"],
    ["DATA", "close", "retry"],
    ["DATA", "hang", "retry"],
    ["RCPT", "slow", "retry"],
    // Servers look through a mail before they take it.
    ["END", "slow", "accepted"],
    ["END", "451 4.7.1 Later", "retry"],
    ["END", "550 5.7.1 Spam", "rejected"],
    ["END", "550-5.1.1 No such\r\n550 5.1.1 user", "unreachable"],
    ["END", "250 OK", "accepted"],
    // The dot was on its way: whether the mail is with them nobody knows.
    ["END", "close", "uncertain"],
    ["END", "accept-then-close", "uncertain"],
    ["END", "hang", "uncertain"],
    ["END", "garbage", "uncertain"],
  ] as const)("%s: %j is %s", async (name, act, kind) => {
    const { server, outcome } = await send({ acts: { [name]: act } });
    expect(outcome.kind).toBe(kind);
    expect(server.violations).toEqual([]);
    expect(server.mails.length).toBe(name === "END" ? 1 : 0);
  });

  it("any yes to a recipient is one, and only a yes to the mail itself says that it is with them", async () => {
    const { server, outcome } = await send({ acts: { RCPT: "252 2.1.5 Cannot verify, but will try" } });
    expect([outcome.kind, server.mails.length, server.violations]).toEqual(["accepted", 1, []]);
    for (const stage of ["greeting", "hello", "login", "sender", "recipient", "data"] as const)
      expect(smtp.outcome({ kind: "reply", stage, reply: { code: 250, text: "OK" }, sole: true }).kind).toBe("retry");
  });

  it("a sender it refuses is the provider's operator's to mend, one that the message names concerns that message alone", async () => {
    const acts = { MAIL: "550 5.7.1 Sender not yours" };
    expect((await send({ acts }, plain)).outcome.kind).toBe("misconfigured");
    expect((await send({ acts }, { ...plain, from: "own@other.example" })).outcome.kind).toBe("rejected");
  });

  it.each([
    ["RCPT", "553 5.7.1 <own@other.example>: Sender address rejected: not owned by user shop"],
    ["RCPT", "550 5.1.8 Bad sender's system address"],
    ["END", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"],
  ])("a sender is refused at %s too: %s", async (name, reply) => {
    expect((await send({ acts: { [name]: reply } }, plain)).outcome.kind).toBe("misconfigured");
    expect((await send({ acts: { [name]: reply } }, { ...plain, from: "own@other.example" })).outcome.kind).toBe("rejected");
  });

  it("a server that relays for nobody who has not logged in wants a login; one that does not relay to an address refuses that address", async () => {
    const acts = { RCPT: "554 5.7.1 <ada@example.com>: Relay access denied" };
    expect((await send({ acts }, plain)).outcome.kind).toBe("misconfigured");
    const login = { user: "shop", password: "passwort-1" };
    expect((await send({ acts, login }, plain, { username: "shop", password: "passwort-1" })).outcome.kind).toBe("rejected");
  });

  it("a copy refused for good does not keep the mail from whom it is for", async () => {
    const content = { ...plain, cc: ["gone@example.com"], bcc: ["archive@example.com"] };
    const { server, outcome } = await send({ recipients: { "gone@example.com": "550 5.1.1 Gone" } }, content);
    expect(outcome.kind).toBe("accepted");
    expect(server.mails[0]?.recipients).toEqual(["ada@example.com", "archive@example.com"]);
  });

  it("a copy refused for now lets all of it wait: nothing was handed over", async () => {
    const { server, outcome } = await send(
      { recipients: { "slow@example.com": "451 4.2.0 Later" } },
      { ...plain, cc: ["slow@example.com"] },
    );
    expect([outcome.kind, server.mails.length]).toEqual(["retry", 0]);
  });

  it("a refusal of the whole mail says nothing of one address where there are several", async () => {
    const { outcome } = await send({ acts: { END: "550 5.1.1 Unknown" } }, { ...plain, cc: ["grace@example.com"] });
    expect(outcome.kind).toBe("rejected");
  });
});

describe("settings", () => {
  const problem = (settings: object): string =>
    smtp.settings
      .safeParse({ host: "mail.example.com", from: "shop@example.com", ...settings })
      .error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)
      .join() ?? "";

  it("are TLS on port 465 unless they say otherwise", () => {
    expect(smtp.settings.parse({ host: "mail.example.com", from: "shop@example.com" })).toMatchObject({ port: 465, security: "tls" });
  });

  it.each(["abcd efgh ijkl mnop", "Paßwort"])("take the password %s: what a password is made of is the server's to say", (password) => {
    expect(problem({ username: "shop", password })).toBe("");
  });

  it.each([
    [{ port: 25 }, /^port: port 25/],
    [{ host: "10.0.0.1" }, /^host: not a public host/],
    [{ host: "169.254.169.254" }, /^host: /],
    [{ host: "metadata" }, /^host: /],
    [{ host: "mail.internal" }, /^host: /],
    [{ host: "mail.example.com/x" }, /^host: /],
    [{ security: "none" }, /^security: /],
    [{ username: "shop" }, /^password: /],
    [{ username: "shop", password: "two\nlines" }, /^password: /],
    [{ username: "shop\0other", password: "x" }, /^username: /],
    [{ port: 587 }, /^port: /],
    [{ security: "starttls" }, /^port: /],
    [{ from: "nobody" }, /^from: /],
  ])("%j is refused", (settings, said) => expect(problem(settings)).toMatch(said));
});
