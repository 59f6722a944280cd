import { describe, expect, it, vi } from "vitest";
import { soon } from "../../test/support/workspace.ts";
import { bindings, fetchWorker, newWorkspace, type TestWorkspace } from "../api/client.test-support.ts";
import { takeMail } from "./mail.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const base = "https://go.example.com";
const html = `<html><body><a href="https://shop.example/a?x=1&amp;y=2#part">A</a> <a href='mailto:a@b.c'>mail</a> <a href="https://shop.example/b">B</a>
<a href="{{ unsubscribe_url }}">stop</a> <a href="{{ preferences_url }}">what</a> <a href="{{ view_in_browser_url }}">view</a></body></html>`;
const template = {
  channel: "email",
  name: "News",
  defaultLocale: "en",
  locales: { en: { subject: "News", html, text: "Read https://shop.example/a" } },
};
const sends = (more: object = {}, event = "Go") => ({
  name: "News",
  trigger: { type: "event", event },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "news", topic: "news", next: "done", ...more }, done: { type: "exit" } },
});
const topic = (name: string, more: object = {}) => ({ name, channels: ["email", "sms"], default: "opted-in", ...more });

/** A workspace whose links lead to `base`, with two topics and a journey that mails at once. */
const setUp = async (journey: object = sends(), links: object = {}): Promise<TestWorkspace> => {
  const workspace = await newWorkspace();
  const { api } = workspace;
  const made = [
    await api("PATCH /api/workspace", { name: "Shop & Co", links: { domain: base, opens: true, clicks: true, ...links } }),
    await api("PUT /api/topics/news", topic("News")),
    await api("PUT /api/topics/offers", topic("Offers", { description: "Now & then" })),
    await api("PUT /api/templates/news", template),
    await api("PUT /api/journeys/news", journey),
    await api("POST /api/journeys/news/publish", { inFlight: "stay" }),
  ];
  for (const { status, body } of made) if (status >= 300) throw new Error(JSON.stringify(body));
  return workspace;
};

const say = async ({ writeKey }: TestWorkspace, batch: readonly object[]): Promise<void> => {
  const response = await fetchWorker(
    new Request("http://127.0.0.1/v1/batch", {
      method: "POST",
      headers: { authorization: `Bearer ${writeKey}`, "content-type": "application/json" },
      body: JSON.stringify({ batch }),
    }),
  );
  expect(response.status).toBe(200);
};

/** Ada signs up and gets her mail: the message as the outbox has it. */
const mailTo = async (workspace: TestWorkspace, userId = "ada", traits: object = {}) => {
  await say(workspace, [
    { type: "identify", userId, traits: { email: `${userId}@example.com`, ...traits } },
    { type: "track", userId, event: "Go" },
  ]);
  return sentTo(workspace, userId);
};

const sentTo = async (workspace: TestWorkspace, user: string) => {
  const list = async () => (await workspace.api(`GET /api/messages?status=sent&user=${user}`)).body.items;
  await soon(async () => expect(await list()).not.toEqual([]));
  const [{ id, content }] = await list();
  return { id: String(id), content: content as { html: string; text: string; headers: Record<string, string> } };
};

const hrefs = (text: string): readonly string[] =>
  [...text.matchAll(/href="([^"]*)"/g)].map(([, url = ""]) => url.replaceAll("&amp;", "&"));
const linkOf = (kind: string, text: string): string =>
  new RegExp(`${base}/l/${kind}/[^"'<>\\s]+`).exec(text)?.[0].replaceAll("&amp;", "&") ?? "";
const person = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
interface Init {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
const visit = async (url: string, init: Init = {}) => {
  const response = await fetchWorker(new Request(url, { redirect: "manual", ...init, headers: { "user-agent": person, ...init.headers } }));
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const form = (fields: string): Init => ({ method: "POST", body: fields, headers: { "content-type": "application/x-www-form-urlencoded" } });
const oneClick = form("List-Unsubscribe=One-Click");
const subscriptionsOf = async ({ api }: TestWorkspace, user = "ada"): Promise<Record<string, { state: string }>> =>
  (await api(`GET /api/users/${user}`)).body.subscriptions;
const statesOf = async (workspace: TestWorkspace, user = "ada") =>
  Object.fromEntries(Object.entries(await subscriptionsOf(workspace, user)).map(([key, { state }]) => [key, state]));
const messageOf = async ({ api }: TestWorkspace, id: string) => (await api(`GET /api/messages/${id}`)).body;

describe("a message's links", () => {
  it("are written at the first claim: clicks, pixel, headers of the list, and nothing else", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    const [a = "", mail, b = "", stop, what, view] = hrefs(content.html.replaceAll("'", '"'));
    expect(new URL(a).searchParams.get("u")).toBe("https://shop.example/a?x=1&y=2#part");
    expect(new URL(b).searchParams.get("u")).toBe("https://shop.example/b");
    expect(mail).toBe("mailto:a@b.c");
    expect([stop, what, view].map((url) => new URL(url ?? "").pathname.slice(0, 5))).toEqual(["/l/u/", "/l/p/", "/l/v/"]);
    expect(content.html).toMatch(/<img src="https:\/\/go\.example\.com\/l\/o\/[^"]+"[^>]*><\/body>/);
    expect(content.text).toBe("Read https://shop.example/a");
    expect(content.headers).toEqual({
      "List-Unsubscribe": `<${stop}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-ID": `"News" <news.${workspace.id}.go.example.com>`,
    });
    expect(`${content.html}${JSON.stringify(content.headers)}`).not.toContain("ada");
  });

  it("a transactional message is not followed and is no list, unless its template says so", async () => {
    const workspace = await setUp(sends({ transactional: true }));
    const { content } = await mailTo(workspace);
    expect(content.html).toContain('href="https://shop.example/b"');
    expect(content.html).not.toContain("/l/o/");
    expect(content.headers).toBeUndefined();
    await workspace.api("PUT /api/templates/news", { ...template, tracking: { clicks: true } });
    const other = await mailTo(workspace, "bob");
    expect(linkOf("c", other.content.html)).not.toBe("");
    expect(other.content.html).not.toContain("/l/o/");
  });

  it("UTM parameters are added, those there are stay", async () => {
    const workspace = await setUp(sends(), { clicks: false, opens: false, utm: { source: "tern", campaign: "{journey}-{step}" } });
    const { content } = await mailTo(workspace);
    expect(hrefs(content.html)[0]).toBe("https://shop.example/a?x=1&y=2&utm_source=tern&utm_campaign=news-mail#part");
    expect(content.html).not.toMatch(/\/l\/[oc]\//);
    expect(linkOf("u", content.html)).not.toContain("utm_");
  });
});

describe("tracking", () => {
  it("a person's click leads on and is counted by link; it says that the message was opened", async () => {
    const workspace = await setUp();
    const { id, content } = await mailTo(workspace);
    await new Promise((resolve) => setTimeout(resolve, 3_100)); // whoever clicks sooner is taken for a scanner
    const answer = await visit(linkOf("c", content.html));
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("https://shop.example/a?x=1&y=2#part");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    await soon(async () => expect(await messageOf(workspace, id)).toMatchObject({ status: "clicked" }));
    expect((await messageOf(workspace, id)).followed).toMatchObject({
      opens: 0,
      links: [{ url: "https://shop.example/a?x=1&y=2", clicks: 1, machineClicks: 0 }],
    });
  });

  it("are summed per step and template, under the link as the template writes it", async () => {
    const workspace = await setUp();
    const { api } = workspace;
    const personal = `<a href="https://shop.example/p/{{ user.id }}?x=1&amp;y=2">A</a> <a href="https://shop.example/b">B</a>`;
    await api("PUT /api/templates/news", { ...template, locales: { en: { ...template.locales.en, html: personal } } });
    const mails = [await mailTo(workspace, "ada"), await mailTo(workspace, "bob")];
    await new Promise((resolve) => setTimeout(resolve, 3_100)); // whoever clicks sooner is taken for a scanner
    for (const { content } of mails) {
      const answer = await visit(linkOf("c", content.html));
      expect(answer.headers.get("location")).toMatch(/^https:\/\/shop\.example\/p\/(?:ada|bob)\?x=1&y=2$/);
    }
    const link = "https://shop.example/p/{{ user.id }}?x=1&y=2";
    const counts = { link, people: 2, clicks: 2, machines: 0, machineClicks: 0 };
    await soon(async () => {
      const { body } = await api("GET /api/journeys/news/statistics");
      expect(body.steps.mail.links).toEqual([{ ...counts, template: "news" }]);
    });
    expect((await api("GET /api/journeys/news/statistics?version=1")).body.steps.mail.links).toHaveLength(1);
    expect((await api("GET /api/templates/news/statistics")).body).toEqual({ template: "news", links: [counts] });
    expect((await api("GET /api/templates/none/statistics")).status).toBe(404);
    const other = await setUp();
    expect((await other.api("GET /api/templates/news/statistics")).body.links).toEqual([]);
  });

  it("addresses that no header can hold lead on as a browser would have it", async () => {
    const workspace = await setUp();
    const odd = `<a href="https://shop.example/é x\ny?q=ü#ß">A</a>`;
    await workspace.api("PUT /api/templates/news", { ...template, locales: { en: { ...template.locales.en, html: odd } } });
    const { content } = await mailTo(workspace);
    const answer = await visit(linkOf("c", content.html));
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("https://shop.example/%C3%A9%20xy?q=%C3%BC#%C3%9F");
  });

  it("machines are counted apart and move no status", async () => {
    const workspace = await setUp();
    const { id, content } = await mailTo(workspace);
    const pixel = linkOf("o", content.html);
    const [a = "", , b = ""] = hrefs(content.html.replaceAll("'", '"'));
    expect((await visit(pixel, { headers: { "user-agent": "Mozilla/5.0" } })).headers.get("content-type")).toBe("image/gif");
    await visit(pixel, { method: "HEAD" });
    await visit(a, { headers: { "sec-purpose": "prefetch;prerender" } });
    await visit(a);
    await visit(b); // within seconds of sending
    await soon(async () =>
      expect((await messageOf(workspace, id)).followed).toMatchObject({
        opens: 0,
        machineOpens: 2,
        links: [
          { url: "https://shop.example/a?x=1&y=2", clicks: 0, machineClicks: 2 },
          { url: "https://shop.example/b", clicks: 0, machineClicks: 1 },
        ],
      }),
    );
    expect(await messageOf(workspace, id)).toMatchObject({ status: "sent" });
    await visit(pixel);
    await soon(async () => expect(await messageOf(workspace, id)).toMatchObject({ status: "opened", followed: { opens: 1 } }));
  });

  it("altered links, and another workspace's, are refused: nowhere to be sent to, nothing told", async () => {
    const [workspace, other] = [await setUp(), await setUp()];
    const { id, content } = await mailTo(workspace);
    const click = linkOf("c", content.html);
    for (const url of [
      click.replace("shop.example", "evil.example"),
      click.replace(workspace.id, other.id),
      click.replace(/u=.*/, ""),
      `${base}/l/c/x?u=https%3A%2F%2Fevil.example`,
      linkOf("u", content.html).replace(workspace.id, other.id),
      linkOf("u", content.html).slice(0, -2),
      linkOf("u", content.html).replace("/l/u/", "/l/p/"),
    ])
      for (const method of ["GET", "POST"]) {
        const answer = await visit(url, method === "POST" ? oneClick : {});
        expect(answer.status).toBe(404);
        expect(answer.headers.get("location")).toBeNull();
      }
    expect(await messageOf(workspace, id)).toMatchObject({ status: "sent" });
    expect(await statesOf(workspace)).toEqual({});
  });

  it("a mail is shown in the browser as it was rendered, in a sandbox", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    const answer = await visit(linkOf("v", content.html));
    expect(answer).toMatchObject({ status: 200, text: content.html });
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'.*; sandbox /);
    expect(answer.headers.get("x-robots-tag")).toContain("noindex");
  });
});

describe("one-click unsubscribe (RFC 8058)", () => {
  const multipart = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
  it.each([
    ["form-encoded", oneClick],
    ["multipart", { method: "POST", body: multipart, headers: { "content-type": "multipart/form-data; boundary=b" } }],
  ])("%s, as mail providers post it: exactly the topic, at once, answered 200 without a redirect", async (_name, init) => {
    const workspace = await setUp();
    const { id, content } = await mailTo(workspace);
    const url = content.headers["List-Unsubscribe"]?.slice(1, -1) ?? "";
    for (let times = 0; times < 2; times++) {
      const answer = await visit(url, init);
      expect(answer).toMatchObject({ status: 200, text: "Unsubscribed\n" });
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(await statesOf(workspace)).toEqual({ "topic:news": "opted-out" });
    }
    expect(await messageOf(workspace, id)).toMatchObject({ status: "unsubscribed" });
  });

  it("a message without a topic: its channel", async () => {
    const workspace = await setUp(sends({ topic: undefined }));
    const { content } = await mailTo(workspace);
    expect(content.headers["List-ID"]).toBe(`<all.${workspace.id}.go.example.com>`);
    await visit(linkOf("u", content.html), oneClick);
    expect(await statesOf(workspace)).toEqual({ "channel:email": "opted-out" });
  });

  it("of a journey and a topic that are gone since: counts all the same", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    for (const what of ["journeys", "topics"]) expect((await workspace.api(`DELETE /api/${what}/news`)).status).toBe(204);
    expect((await visit(linkOf("u", content.html))).text).toMatch(/receive “[Nn]ews”\?/); // of topics a page may know those of some seconds ago
    expect((await visit(linkOf("u", content.html), oneClick)).status).toBe(200);
    expect(await statesOf(workspace)).toEqual({ "topic:news": "opted-out" });
  });

  it("counts again for somebody who came back and clicks in the same old mail", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    await visit(linkOf("u", content.html), oneClick);
    await workspace.api("PATCH /api/users/ada", { subscriptions: [{ topic: "news", state: "opted-in" }] });
    await visit(linkOf("u", content.html), oneClick);
    expect(await statesOf(workspace)).toEqual({ "topic:news": "opted-out" });
  });

  it("of a user who was merged into another: whom they became", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    await workspace.api("PATCH /api/users/bob", { attributes: { plan: "pro" } });
    await workspace.api("POST /api/users/bob/merge", { from: "ada" });
    expect((await visit(linkOf("u", content.html), oneClick)).status).toBe(200);
    expect(await statesOf(workspace, "bob")).toEqual({ "topic:news": "opted-out" });
  });

  it("no message after an unsubscribe, also where it is queued already", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    await visit(linkOf("u", content.html), oneClick);
    await say(workspace, [{ type: "track", userId: "ada", event: "Go", messageId: "again" }]);
    await soon(async () => {
      const { items } = (await workspace.api("GET /api/messages?user=ada&status=skipped")).body;
      expect(items).toMatchObject([{ reason: "unsubscribed from the topic" }]);
    });
    expect((await workspace.api("GET /api/messages?user=ada")).body.items).toHaveLength(2);
  });
});

describe("unsubscribing by mail (RFC 2369)", () => {
  /** As the platform hands a mail over. */
  const mail = async (subject: string) => {
    const rejected: string[] = [];
    const setReject = (reason: string) => void rejected.push(reason);
    await takeMail({ from: "ada@example.com", headers: new Headers({ subject }), setReject }, bindings);
    return rejected;
  };

  it("with the signed subject, as by one click: exactly the topic, with its proof; anything else goes back", async () => {
    const workspace = await setUp(sends(), { mailbox: "out@mail.example.com" });
    const { id, content } = await mailTo(workspace);
    const [, address = ""] = /<(mailto:[^>]+)>/.exec(content.headers["List-Unsubscribe"] ?? "") ?? [];
    const subject = new URL(address).searchParams.get("subject") ?? "";
    for (const other of ["unsubscribe", subject.slice(0, -1), subject.replace(workspace.id, "other")])
      expect(await mail(other)).toEqual([expect.stringContaining("only takes mails that unsubscribe")]);
    expect(await statesOf(workspace)).toEqual({});
    for (let times = 0; times < 2; times++) expect(await mail(subject)).toEqual([]);
    expect(await statesOf(workspace)).toEqual({ "topic:news": "opted-out" });
    expect(await messageOf(workspace, id)).toMatchObject({ status: "unsubscribed" });
    expect((await workspace.api("GET /api/users/ada/consent")).body.items).toMatchObject([
      { state: "opted-out", topic: "news", proof: { source: "mail", text: "Unsubscribe by mail from ada@example.com", message: id } },
    ]);
  });
});

describe("the pages", () => {
  it("scanners' GET and HEAD of every link change nothing", async () => {
    const workspace = await setUp();
    const { id, content } = await mailTo(workspace);
    for (const url of hrefs(content.html).filter((one) => one.startsWith(base)))
      for (const method of ["GET", "HEAD", "OPTIONS"]) await visit(url, { method, headers: { "user-agent": "Barracuda Sentinel" } });
    expect(await statesOf(workspace)).toEqual({});
    expect(await messageOf(workspace, id)).toMatchObject({ status: "sent" });
  });

  it("unsubscribing asks in the user's language, and takes the answer of the button", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace, "ada", { locale: "de_AT" });
    const url = linkOf("u", content.html);
    const asked = await visit(url);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('<html lang="de-AT" dir="ltr">');
    expect(asked.text).toContain("Möchten Sie „News“ nicht mehr erhalten?");
    expect(asked.text).toContain("Shop &amp; Co");
    expect(asked.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'nonce-[\w-]+'; img-src 'none'; form-action 'self'/,
    );
    const done = await visit(url, form("from=page&what=this"));
    expect(done.text).toContain("Sie erhalten „News“ nicht mehr.");
    expect(await statesOf(workspace)).toEqual({ "topic:news": "opted-out" });
    await visit(url, form("from=page&what=all"));
    // Everything: also what no topic names.
    const channels = ["email", "sms", "whatsapp", "push", "in-app", "slack"];
    const off = Object.fromEntries(channels.map((channel) => [`channel:${channel}`, "opted-out"]));
    expect(await statesOf(workspace)).toMatchObject(off);
    // All of it said here, in the words that were shown.
    const { items } = (await workspace.api("GET /api/users/ada/consent")).body;
    expect(new Set(items.map(({ proof }: { proof: { source: string } }) => proof.source))).toEqual(new Set(["page"]));
    // The preference centre is one link away.
    const centre = await visit(linkOf("p", done.text.replaceAll(new URL(url).origin, base)));
    expect(centre.text).toContain("Was Sie erhalten");
  });

  it("the preference centre changes what was changed there, and nothing else", async () => {
    const workspace = await setUp();
    const { content } = await mailTo(workspace);
    const url = linkOf("p", content.html);
    const shown = await visit(url);
    expect(shown.text).toContain("<legend><bdi>Offers</bdi></legend>");
    expect(shown.text).toContain("Now &amp; then");
    expect([...shown.text.matchAll(/type="checkbox" name="on" value="([^"]+)" checked/g)].map(([, name]) => name)).toEqual([
      "news@email",
      "news@sms",
      "offers@email",
      "offers@sms",
    ]);
    const all = ["news@email", "news@sms", "offers@email", "offers@sms"];
    const fields = (on: readonly string[], was: readonly string[] = all) =>
      form(
        ["what=these", ...all.map((name) => `shown=${name}`), ...was.map((name) => `was=${name}`), ...on.map((name) => `on=${name}`)].join(
          "&",
        ),
      );
    const saved = await visit(url, fields(["news@email", "news@sms", "offers@sms"]));
    expect(saved.text).toMatch(/<p role="status"[^>]*>Your choice is saved\.<\/p>/);
    expect(await statesOf(workspace)).toEqual({ "topic:offers@email": "opted-out" });
    // A stale page (it still shows everything on) changes only what was touched on it.
    await visit(url, fields(["news@email", "offers@email", "offers@sms"]));
    expect(await statesOf(workspace)).toEqual({ "topic:offers@email": "opted-out", "topic:news@sms": "opted-out" });
    await visit(url, form("what=none"));
    expect(await statesOf(workspace)).toMatchObject({ "channel:email": "opted-out", "channel:sms": "opted-out" });
    // What is no answer of the page's saves nothing, and does not say so.
    for (const body of ["", "x=y"]) expect((await visit(url, form(body))).text).not.toContain('role="status"');
    const large = await visit(url, form(`what=these&${"on=news@email&".repeat(100_000)}`));
    expect(large).toMatchObject({ status: 413, text: expect.stringContaining("That did not work") });
    // One back on: the channel opens, all else stays off.
    await visit(url, fields(["news@email"], []));
    const { text } = await visit(url);
    expect([...text.matchAll(/name="on" value="([^"]+)" checked/g)].map(([, name]) => name)).toEqual(["news@email"]);
  });

  it("says so where a link is not ours, and speaks a language of the workspace's own", async () => {
    const workspace = await setUp(sends(), {
      page: { color: "#ffcc00", logo: "https://cdn.example/l.png", texts: { sv: { preferences: "Vad du får" } } },
    });
    const { content } = await mailTo(workspace, "ada", { language: "sv" });
    const { text, headers } = await visit(linkOf("p", content.html));
    expect(text).toContain("<h1>Vad du får</h1>");
    expect(text).toContain('<img src="https://cdn.example/l.png" alt="Shop &amp; Co">');
    expect(headers.get("content-security-policy")).toContain("img-src https://cdn.example;");
    expect(text).toContain("--on-accent:#000000");
    expect((await visit(`${base}/l/p/none`)).status).toBe(404);
    expect((await visit(linkOf("p", content.html), { method: "DELETE" })).status).toBe(405);
  });
});

describe("double opt-in", () => {
  it("waits for the confirmation: the link's GET changes nothing, its POST does", async () => {
    const workspace = await setUp();
    const { api } = workspace;
    await api("PUT /api/topics/club", topic("The Club", { default: "opted-out", doubleOptIn: true }));
    await api("PATCH /api/users/ada", { attributes: { email: "ada@example.com" }, subscriptions: [{ topic: "club", state: "opted-in" }] });
    expect(await statesOf(workspace)).toEqual({ "topic:club": "pending" });
    const { id, content } = await sentTo(workspace, "ada");
    expect(content.html).toContain("You asked for The Club.");
    expect(content.headers).toBeUndefined();
    const url = linkOf("k", content.html);
    expect((await visit(url)).text).toContain("Do you want to receive “The Club”?");
    expect(await statesOf(workspace)).toEqual({ "topic:club": "pending" });
    const done = await visit(url, form(""));
    expect(done.text).toContain("You will receive “The Club”.");
    expect(await statesOf(workspace)).toEqual({ "topic:club": "opted-in" });
    const { items } = (await api("GET /api/users/ada/consent")).body;
    expect(items).toMatchObject([
      { kind: "subscription", state: "opted-in", topic: "club", proof: { source: "confirmation", message: id, userAgent: person } },
      { kind: "subscription", state: "pending", topic: "club", proof: { source: "api" } },
    ]);
    const [head, newest, oldest, end] = ((await api("GET /api/users/ada/consent/export")).body as string).split("\r\n");
    expect(head).toMatch(/^at,kind,state,topic,/);
    expect(newest).toContain(
      `,subscription,opted-in,club,,,,confirmation,"Do you want to receive “The Club”? Yes, I want to receive it",${id},`,
    );
    expect(oldest).toMatch(/^[^,]+,subscription,pending,club,,,,api,/);
    expect(end).toBe("");
  });
});
