import { describe, expect, it, vi } from "vitest";
import { soon } from "../../test/support/workspace.ts";
import type { Message } from "../../src/domain/message/message.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { readOutbox } from "../../src/storage/shard/outbox.ts";
import { userObject } from "../user-stub.ts";
import { type Answer, bindings, call, keyWith, newWorkspace, templateOf, type TestWorkspace } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const content = { subject: "Receipt {{ data.order }}", html: "<p>Thank you, {{ user.name | default: 'you' }}</p>" };
const receipt = (more: object = {}) => ({ user: { id: "ada" }, channel: "email", content, data: { order: 7 }, ...more });
const paths = (answer: Answer): readonly string[] => answer.body.errors.map(({ path }: { path: string }) => path);
const put = (ws: TestWorkspace, id: string, attributes: object) => ws.api(`PATCH /api/users/${id}`, { attributes });
const ada = async (): Promise<TestWorkspace> => {
  const ws = await newWorkspace();
  await put(ws, "ada", { email: "ada@example.com", name: "Ada" });
  return ws;
};
const messagesOf = async (ws: TestWorkspace, user: UserKey): Promise<readonly Message[]> =>
  (await userObject(bindings, ws.id, user).messages({ limit: 100 })).items;
const outboxOf = async (ws: TestWorkspace, ids: readonly string[]): Promise<readonly { subject: string; attachments?: unknown[] }[]> =>
  (await readOutbox(bindings.SHARD_0, ws.id, ids)).map(({ content: text }) => JSON.parse(text));
const becomes = (ws: TestWorkspace, id: string, status: string) =>
  soon(async () => expect((await ws.api(`GET /api/messages/${id}`)).body.status).toBe(status));

describe("POST /api/messages", () => {
  it("sends content of the call: durable when it answers, and its whole life is known by its id", async () => {
    const ws = await ada();
    const sent = await ws.api("POST /api/messages", receipt());
    expect(sent).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^m/), status: "queued" } });
    expect(await messagesOf(ws, "u:ada")).toMatchObject([{ id: sent.body.id, transactional: true }]);
    await becomes(ws, sent.body.id, "sent");
    const { body } = await ws.api(`GET /api/messages/${sent.body.id}`);
    expect(body).toMatchObject({ user: "ada", to: "ada@example.com", content: { subject: "Receipt 7", html: "<p>Thank you, Ada</p>" } });
    expect(body.timeline.map(({ status }: { status: string }) => status)).toEqual(["queued", "claimed", "sent"]);
  });

  it("sends a template by key, in the locale asked for, with files", async () => {
    const ws = await ada();
    const template = {
      ...templateOf("Hi {{ data.what }}"),
      locales: { en: { subject: "Hi", html: "-" }, de: { subject: "Hallo {{ data.what }}", html: "-" } },
    };
    await ws.api("PUT /api/templates/hello", template);
    const files = [
      { name: "a.txt", type: "text/plain", content: btoa("hello") },
      { name: "logo.png", type: "image/png", content: "iVBORw0KGgo=", contentId: "logo@shop" },
    ];
    const sent = await ws.api("POST /api/messages", {
      user: { id: "ada" },
      channel: "email",
      template: "hello",
      locale: "de",
      data: { what: "du" },
      attachments: files,
    });
    expect(sent.status).toBe(202);
    await becomes(ws, sent.body.id, "sent");
    expect(await outboxOf(ws, [sent.body.id])).toMatchObject([{ subject: "Hallo du", attachments: files }]);
  });

  it.each([
    ["email", { subject: "Hi {{ data.n }}", html: "<p>Hi</p>" }, "ada@example.com", { subject: "Hi 7" }],
    ["sms", { body: "Hi {{ data.n }}" }, "+4915112345678", { body: "Hi 7" }],
    ["whatsapp", { body: "Hi {{ data.n }}" }, "+4915112345678", { body: "Hi 7" }],
    ["push", { title: "Hi", body: "Hi {{ data.n }}" }, "device-token", { body: "Hi 7" }],
    ["slack", { text: "Hi {{ data.n }}" }, "U123", { text: "Hi 7" }],
    ["webhook", { url: "https://example.com/", body: "{{ data.n }}" }, "https://example.com/", { body: "7" }],
  ])("goes out by %s, as content of the call and as a template", async (channel, parts, to, shown) => {
    const ws = await newWorkspace();
    await ws.api("PATCH /api/users/ada", {
      attributes: { email: "ada@example.com", phone: "+4915112345678", slackId: "U123" },
      devices: { add: [{ token: "device-token", platform: "android" }] },
    });
    const template = { channel, name: "Hi", defaultLocale: "en", locales: { en: parts } };
    expect((await ws.api("PUT /api/templates/hi", template)).status).toBe(201);
    for (const how of [{ content: parts }, { template: "hi" }]) {
      const sent = await ws.api("POST /api/messages", { user: { id: "ada" }, channel, data: { n: 7 }, ...how });
      expect([sent.status, sent.body]).toMatchObject([202, { status: "queued" }]);
      await becomes(ws, sent.body.id, "sent");
      expect((await ws.api(`GET /api/messages/${sent.body.id}`)).body).toMatchObject({ channel, to, origin: "call", content: shown });
    }
  });

  it("a hundred calls for one user at once, some of them twice, are a hundred messages, each sent once", async () => {
    const ws = await ada();
    const calls = Array.from({ length: 100 }, (_, n) => n);
    const answers = await Promise.all(
      [...calls, ...calls.slice(0, 30)].map((n) =>
        ws.api("POST /api/messages", receipt({ data: { order: n } }), { "idempotency-key": `o${n}` }),
      ),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const ids = [...new Set(answers.map(({ body }) => body.id as string))];
    expect(ids).toHaveLength(100);
    await soon(async () => expect((await messagesOf(ws, "u:ada")).filter(({ status }) => status === "sent")).toHaveLength(100));
    const kept = await outboxOf(ws, ids);
    expect(kept.map(({ subject }) => subject).toSorted()).toEqual(calls.map((n) => `Receipt ${n}`).toSorted());
    expect((await messagesOf(ws, "u:ada")).every(({ attempts }) => attempts === 1)).toBe(true);
  });

  it("the same Idempotency-Key in parallel sends once; another body under it is refused", async () => {
    const ws = await ada();
    const headers = { "idempotency-key": "order-7" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ws.api("POST /api/messages", receipt(), headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await messagesOf(ws, "u:ada")).toHaveLength(1);
    await becomes(ws, answers[0]?.body.id, "sent");
    const again = await ws.api("POST /api/messages", receipt(), headers);
    expect(again).toMatchObject({ status: 202, body: { id: answers[0]?.body.id, status: "sent" } });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const other = await ws.api("POST /api/messages", receipt({ data: { order: 8 } }), headers);
    expect(other).toMatchObject({ status: 409, body: { code: "idempotency-conflict" } });
    expect(await messagesOf(ws, "u:ada")).toHaveLength(1);
    // Another workspace's key is another key.
    const elsewhere = await ada();
    expect((await elsewhere.api("POST /api/messages", receipt(), headers)).body.id).not.toBe(again.body.id);
  });

  it("a call that ended between what it decided and its answer is carried on by its repetition, with the same id", async () => {
    const ws = await ada();
    const headers = { "idempotency-key": "order-8" };
    // The object cannot be reached: the plan is made, nothing is sent.
    const broken = vi.spyOn(bindings.USERS, "getByName").mockImplementation(() => {
      throw new Error("cut");
    });
    expect((await ws.api("POST /api/messages", receipt(), headers)).status).toBe(503);
    broken.mockRestore();
    const plan = await bindings.DB.prepare("SELECT message FROM send_calls WHERE workspace = ?").bind(ws.id).first<{ message: string }>();
    const again = await ws.api("POST /api/messages", receipt(), headers);
    expect(again).toMatchObject({ status: 202, body: { id: plan?.message } });
    expect(await messagesOf(ws, "u:ada")).toHaveLength(1);
  });

  it("a call whose answer was lost after the object took the message sends nothing twice, also when the user was merged since", async () => {
    const ws = await newWorkspace();
    await put(ws, "old", { email: "ada@example.com" });
    await put(ws, "ada", { name: "Ada" });
    const headers = { "idempotency-key": "order-9" };
    const first = await ws.api("POST /api/messages", receipt({ user: { id: "old" } }), headers);
    await becomes(ws, first.body.id, "sent");
    await ws.api("POST /api/users/ada/merge", { from: "old" });
    const again = await ws.api("POST /api/messages", receipt({ user: { id: "old" } }), headers);
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect([...(await messagesOf(ws, "u:ada")), ...(await messagesOf(ws, "u:old"))]).toHaveLength(1);
  });

  it("a message to a user who was merged away goes to whom they became", async () => {
    const ws = await ada();
    await put(ws, "old", { name: "Old" });
    await ws.api("POST /api/users/ada/merge", { from: "old" });
    const sent = await ws.api("POST /api/messages", receipt({ user: { id: "old" } }));
    await becomes(ws, sent.body.id, "sent");
    expect((await ws.api(`GET /api/messages/${sent.body.id}`)).body).toMatchObject({ user: "ada", to: "ada@example.com" });
  });

  it("a message that waits goes along with a merge, with what it brought, and goes out once", async () => {
    const ws = await ada();
    await put(ws, "old", { name: "Old" });
    const files = [{ name: "a.txt", type: "text/plain", content: btoa("hello") }];
    const sendAt = new Date(Date.now() + 1_500).toISOString();
    const held = await ws.api("POST /api/messages", receipt({ user: { id: "old" }, attachments: files, sendAt }));
    await ws.api("POST /api/users/ada/merge", { from: "old" });
    await becomes(ws, held.body.id, "sent");
    expect(await outboxOf(ws, [held.body.id])).toMatchObject([{ subject: "Receipt 7", attachments: files }]);
    expect((await ws.api(`GET /api/messages/${held.body.id}`)).body).toMatchObject({ to: "ada@example.com", attempts: 1 });
  });

  it("finds users by address: the one who has it, a known one before anonymous ones; several are refused with their number", async () => {
    const ws = await ada();
    await put(ws, "bob", { phone: "+49301234567" });
    expect((await ws.api("POST /api/messages", receipt({ user: { email: "Ada@Example.com" } }))).status).toBe(202);
    expect(await messagesOf(ws, "u:ada")).toHaveLength(1);
    const text = { user: { phone: "+49301234567" }, channel: "sms", content: { body: "Hi" } };
    const sms = await ws.api("POST /api/messages", text);
    expect(sms.status).toBe(202);
    expect(await messagesOf(ws, "u:bob")).toMatchObject([{ id: sms.body.id }]);
    await put(ws, "twin", { email: "ada@example.com" });
    const several = await ws.api("POST /api/messages", receipt({ user: { email: "ada@example.com" } }));
    expect(several).toMatchObject({ status: 409, body: { code: "conflict", detail: "2 users have this email: name one by id" } });
  });

  it("makes a user nobody knew: by id as they are, by address as an anonymous one who is found the next time", async () => {
    const ws = await newWorkspace();
    const unknown = await ws.api("POST /api/messages", receipt({ user: { id: "new" } }));
    await becomes(ws, unknown.body.id, "skipped");
    expect((await ws.api(`GET /api/messages/${unknown.body.id}`)).body.reason).toBe("unreachable");
    const first = await ws.api("POST /api/messages", receipt({ user: { email: "Eve@example.com" } }));
    await becomes(ws, first.body.id, "sent");
    expect((await ws.api(`GET /api/messages/${first.body.id}`)).body).toMatchObject({ anonymous: true, to: "Eve@example.com" });
    await ws.api("POST /api/messages", receipt({ user: { email: "Eve@example.com" } }));
    expect(await messagesOf(ws, "a:email:eve@example.com")).toHaveLength(2);
  });

  it("named by address it goes to that address, whoever hands the address's anonymous user over to themselves meanwhile", async () => {
    const ws = await newWorkspace();
    const sendAt = new Date(Date.now() + 1_500).toISOString();
    const held = await ws.api("POST /api/messages", receipt({ user: { email: "eve@example.com" }, sendAt }));
    // All a page's visitor needs: the write key is in the page, the id follows from the address.
    const taken = { anonymousId: "email:eve@example.com", userId: "mallory", traits: { email: "mallory@example.com" } };
    expect((await call("POST /v1/identify", { body: { writeKey: ws.writeKey, ...taken } })).status).toBe(200);
    await soon(async () => expect((await ws.api("GET /api/users/mallory")).status).toBe(200));
    await becomes(ws, held.body.id, "sent");
    expect((await ws.api(`GET /api/messages/${held.body.id}`)).body.to).toBe("eve@example.com");
    const next = await ws.api("POST /api/messages", receipt({ user: { email: "eve@example.com" } }));
    await becomes(ws, next.body.id, "sent");
    expect((await ws.api(`GET /api/messages/${next.body.id}`)).body.to).toBe("eve@example.com");
  });

  it("a message that waits can be asked about and taken back by its id also after its user was merged", async () => {
    const ws = await ada();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const held = await ws.api("POST /api/messages", receipt({ user: { id: "old" }, to: "old@example.com", sendAt }));
    await ws.api("POST /api/users/ada/merge", { from: "old" });
    expect((await ws.api(`GET /api/messages/${held.body.id}`)).body).toMatchObject({ status: "held", due: sendAt });
    expect(await ws.api(`POST /api/messages/${held.body.id}/cancel`)).toMatchObject({ status: 200, body: { status: "skipped" } });
  });

  it("beyond what may wait for one user the caller is told to come again later, and nothing is kept of it", async () => {
    const ws = await ada();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const heavy = (n: number) => receipt({ sendAt, data: { n, text: "x".repeat(1_800_000) } });
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push(await ws.api("POST /api/messages", heavy(n), { "idempotency-key": `k${n}` }));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 429]);
    expect(answers[4]).toMatchObject({ body: { code: "too-many-requests" } });
    expect(answers[4]?.headers.get("retry-after")).toBe("1");
    expect(await messagesOf(ws, "u:ada")).toHaveLength(4);
    // Once there is room the same call goes through, under the same key.
    await ws.api(`POST /api/messages/${answers[0]?.body.id}/cancel`);
    expect((await ws.api("POST /api/messages", heavy(4), { "idempotency-key": "k4" })).status).toBe(202);
    expect(await messagesOf(ws, "u:ada")).toHaveLength(5);
  });

  it("a webhook to an address inside a network fails by itself; the provider goes on for everybody else", async () => {
    const ws = await ada();
    await ws.api("PUT /api/providers/hooks", { channel: "webhook", type: "webhook", settings: {}, default: true });
    const inside = { user: { id: "ada" }, channel: "webhook", content: { url: "http://169.254.169.254/latest", body: "{}" } };
    const sent = await ws.api("POST /api/messages", inside);
    await becomes(ws, sent.body.id, "failed");
    expect((await ws.api(`GET /api/messages/${sent.body.id}`)).body.reason).toContain("not a public address");
    expect((await ws.api("GET /api/alerts")).body.items).toEqual([]);
  });

  it("holds a message until sendAt; cancelled before, it never goes out; sent, it cannot be cancelled", async () => {
    const ws = await ada();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const held = await ws.api("POST /api/messages", receipt({ sendAt }));
    expect(held.body.status).toBe("held");
    expect((await ws.api(`GET /api/messages/${held.body.id}`)).body).toMatchObject({ status: "held", reason: "scheduled", due: sendAt });
    for (const _again of [1, 2])
      expect(await ws.api(`POST /api/messages/${held.body.id}/cancel`)).toMatchObject({ status: 200, body: { status: "skipped" } });
    const soonSent = await ws.api("POST /api/messages", receipt({ sendAt: new Date(Date.now() + 300).toISOString() }));
    expect(soonSent.body.status).toBe("held");
    await becomes(ws, soonSent.body.id, "sent");
    expect(await ws.api(`POST /api/messages/${soonSent.body.id}/cancel`)).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await ws.api("POST /api/messages/m-unknown/cancel")).status).toBe(404);
  });

  it("suppressed users are refused at the claim, with the reason; opted-out ones only of what is not transactional", async () => {
    const ws = await ada();
    await ws.api("PUT /api/topics/offers", { name: "Offers", channels: ["email"], default: "opted-in" });
    await ws.api("PATCH /api/users/ada", { subscriptions: [{ topic: "offers", state: "opted-out" }] });
    const marketing = await ws.api("POST /api/messages", receipt({ transactional: false, topic: "offers" }));
    await becomes(ws, marketing.body.id, "skipped");
    expect((await ws.api(`GET /api/messages/${marketing.body.id}`)).body.reason).toBe("unsubscribed from the topic");
    const needed = await ws.api("POST /api/messages", receipt({ topic: "offers" }));
    await becomes(ws, needed.body.id, "sent");
    await ws.api("POST /api/users/ada/suppress", { reason: "asked us to" });
    const refused = await ws.api("POST /api/messages", receipt());
    await becomes(ws, refused.body.id, "skipped");
    expect((await ws.api(`GET /api/messages/${refused.body.id}`)).body.reason).toBe("suppressed: asked us to");
  });

  it("an unsubscribe that comes before the claim stops what is not transactional, whatever was answered", async () => {
    const ws = await ada();
    await ws.api("PUT /api/topics/offers", { name: "Offers", channels: ["email"], default: "opted-in" });
    const sendAt = new Date(Date.now() + 400).toISOString();
    const held = await ws.api("POST /api/messages", receipt({ transactional: false, topic: "offers", sendAt }));
    await ws.api("PATCH /api/users/ada", { subscriptions: [{ topic: "offers", state: "opted-out" }] });
    await becomes(ws, held.body.id, "skipped");
    expect((await ws.api(`GET /api/messages/${held.body.id}`)).body.reason).toBe("unsubscribed from the topic");
  });

  it.each([
    ["nobody", { user: {} }, "user"],
    ["a user named twice", { user: { id: "a", email: "a@example.com" } }, "user"],
    ["a user's id that has no UTF-8 and would be another's", { user: { id: "\ud800a" } }, "user.id"],
    ["an address that is none", { user: { email: "a@b@c" } }, "user.email"],
    ["an unknown field", { colour: "red" }, "colour"],
    ["both template and content", { template: "hello" }, "template"],
    ["neither", { content: undefined }, "template"],
    ["a template that does not exist", { content: undefined, template: "nope" }, "template"],
    ["a provider that does not exist", { provider: "nope" }, "provider"],
    ["a topic that does not exist", { topic: "nope" }, "topic"],
    ["marketing without a topic", { transactional: false }, "topic"],
    ["files on another channel", { channel: "sms", content: { body: "x" }, attachments: [] }, "attachments"],
    ["a file that is not base64", { attachments: [{ name: "a", type: "text/plain", content: "%%%" }] }, "attachments[0].content"],
    [
      "a file that is no image in the HTML",
      { attachments: [{ name: "a", type: "text/plain", content: "aGk=", contentId: "a" }] },
      "attachments[0].contentId",
    ],
    [
      "two images of one name in the HTML",
      { attachments: ["1", "2"].map((name) => ({ name, type: "image/png", content: "aGk=", contentId: "a" })) },
      "attachments[1].contentId",
    ],
    [
      "an image's name that would end its header",
      { attachments: [{ name: "a", type: "image/png", content: "aGk=", contentId: "a>\r\nBcc: b" }] },
      "attachments[0].contentId",
    ],
    ["a file's name with a slash", { attachments: [{ name: "../a", type: "text/plain", content: "aGk=" }] }, "attachments[0].name"],
    ["an address of two lines", { to: "a@example.com\r\nBcc: b@example.com" }, "to"],
    ["two addresses in one", { to: "a@example.com, b@example.com" }, "to"],
    ["an address that is none", { to: "nobody" }, "to"],
    ["a text's address that is no number", { channel: "sms", content: { body: "x" }, to: "12345" }, "to"],
    ["a user's address with a name", { user: { email: "<a@example.com>" } }, "user.email"],
    ["a user's two addresses", { user: { email: "a,b@example.com" } }, "user.email"],
    ["a file's name of dots", { attachments: [{ name: "..", type: "text/plain", content: "aGk=" }] }, "attachments[0].name"],
    [
      "a file's name that begins a header",
      { attachments: [{ name: "a\r\nX: b", type: "text/plain", content: "aGk=" }] },
      "attachments[0].name",
    ],
    [
      "a file's name read backwards",
      { attachments: [{ name: "\u202etxt.exe", type: "text/plain", content: "aGk=" }] },
      "attachments[0].name",
    ],
    ["a file that is a part of parts", { attachments: [{ name: "a", type: "multipart/mixed", content: "aGk=" }] }, "attachments[0].type"],
    [
      "eleven files",
      { attachments: Array.from({ length: 11 }, () => ({ name: "a", type: "text/plain", content: "aGk=" })) },
      "attachments",
    ],
    ["a second that does not exist", { sendAt: "2026-12-31T23:59:60Z" }, "sendAt"],
    ["a day that does not exist", { sendAt: "2027-02-30T00:00:00Z" }, "sendAt"],
    ["a time without a zone", { sendAt: "2026-12-01T09:00:00" }, "sendAt"],
    ["content of another channel", { content: { body: "x" } }, "content.subject"],
    ["Liquid that does not parse", { content: { subject: "{% if %}", html: "x" } }, "content.subject"],
    ["a time that is none", { sendAt: "tomorrow" }, "sendAt"],
    ["a time in ten years", { sendAt: "2040-01-01T00:00:00Z" }, "sendAt"],
  ])("refuses %s and names the field", async (_name, more, path) => {
    const ws = await newWorkspace();
    const answer = await ws.api("POST /api/messages", receipt(more));
    expect(answer.status).toBe(400);
    expect(paths(answer)).toContain(path);
    expect(await messagesOf(ws, "u:ada")).toEqual([]);
  });

  it("checks data against the variables a template declares, and compiles MJML of the call", async () => {
    const ws = await ada();
    const variables = { order: { type: "number", required: true }, note: { type: "string", default: "Thank you" } };
    await ws.api("PUT /api/templates/receipt", { ...templateOf("Order {{ data.order }}: {{ data.note }}"), variables });
    const by = (data?: object) => ({ user: { id: "ada" }, channel: "email", template: "receipt", data });
    for (const data of [undefined, {}, { order: "seven" }]) {
      const refused = await ws.api("POST /api/messages", by(data));
      expect([refused.status, paths(refused)]).toEqual([400, ["data.order"]]);
    }
    const sent = await ws.api("POST /api/messages", by({ order: 7 }));
    await becomes(ws, sent.body.id, "sent");
    expect((await ws.api(`GET /api/messages/${sent.body.id}`)).body.content.subject).toBe("Order 7: Thank you");
    const mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ user.name }}</mj-text></mj-column></mj-section></mj-body></mjml>";
    const compiled = await ws.api("POST /api/messages", receipt({ content: { subject: "Hi", mjml } }));
    await becomes(ws, compiled.body.id, "sent");
    expect((await ws.api(`GET /api/messages/${compiled.body.id}`)).body.content.html).toMatch(/<table[^]*Hi Ada/);
    const broken = await ws.api("POST /api/messages", receipt({ content: { subject: "Hi", mjml: "<mjml><mj-nothing/></mjml>" } }));
    expect(broken.status).toBe(400);
    expect(paths(broken)[0]).toMatch(/^content/);
  });

  it("takes files of a million bytes together, and refuses more", async () => {
    const ws = await ada();
    const file = (name: string, bytes: number) => ({ name, type: "application/octet-stream", content: btoa("x".repeat(bytes)) });
    const fits = await ws.api("POST /api/messages", receipt({ attachments: [file("a", 500_000), file("b", 500_000)] }));
    expect(fits.status).toBe(202);
    await becomes(ws, fits.body.id, "sent");
    const more = await ws.api("POST /api/messages", receipt({ attachments: [file("a", 1_000_001)] }));
    expect([more.status, paths(more)]).toEqual([400, ["attachments"]]);
  });

  it("needs the scope send, and no other does", async () => {
    const ws = await ada();
    const writer = await keyWith(ws.id, ["read", "write"]);
    expect((await call("POST /api/messages", { key: writer, body: receipt() })).status).toBe(403);
    expect((await call("POST /api/messages/m1/cancel", { key: writer })).status).toBe(403);
    const sender = await keyWith(ws.id, ["send"]);
    expect((await call("POST /api/messages", { key: sender, body: receipt() })).status).toBe(202);
  });
});
