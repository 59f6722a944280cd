import { describe, expect, it, vi } from "vitest";
import { catalogFor, liveVersion, providerFor, withPinned } from "../catalog-cache.ts";
import { readyMadeSegments } from "../../src/domain/segment/ready-made.ts";
import { bindings, call, journeyOf, newWorkspace, segmentOf, templateOf } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const errorPaths = (body: { errors: { path: string }[] }) => body.errors.map(({ path }) => path);

describe("segments", () => {
  it("are live on PUT, read back as they were put, and can be put back as read", async () => {
    const { api, id } = await newWorkspace();
    const before = await liveVersion(bindings, id);
    const made = await api("PUT /api/segments/buyers", segmentOf());
    expect(made).toMatchObject({ status: 201, body: { key: "buyers", ...segmentOf() } });
    expect(await liveVersion(bindings, id)).toBe(before + 1);
    expect((await catalogFor(bindings, id, before + 1)).segments.has("buyers")).toBe(true);
    const read = await api("GET /api/segments/buyers");
    expect(read.headers.get("etag")).toBe(made.headers.get("etag"));
    expect((await api("PUT /api/segments/buyers", read.body)).status).toBe(200);
    expect(await liveVersion(bindings, id)).toBe(before + 1); // nothing changed, nothing published
  });

  it("say which field is unknown, wherever it is", async () => {
    const { api } = await newWorkspace();
    const answer = await api("PUT /api/segments/buyers", {
      ...segmentOf(),
      colour: 1,
      condition: { type: "and", conditions: [{ type: "event", event: "A", hue: 2 }] },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "bad-definition" } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(errorPaths(answer.body).toSorted()).toEqual(["colour", "condition.conditions[0].hue"]);
  });

  it("refuse a key that is not the path's, and a bad key", async () => {
    const { api } = await newWorkspace();
    expect(await api("PUT /api/segments/buyers", { ...segmentOf(), key: "others" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "key" }] },
    });
    expect(await api("PUT /api/segments/Big%20Key", segmentOf())).toMatchObject({ status: 400, body: { errors: [{ path: "key" }] } });
  });

  it("refuse circles and segments that do not exist", async () => {
    const { api } = await newWorkspace();
    const inside = (segment: string) => ({ name: "Inside", kind: "dynamic", condition: { type: "segment", segment } });
    expect(await api("PUT /api/segments/a", inside("nowhere"))).toMatchObject({ status: 400, body: { code: "bad-definition" } });
    await api("PUT /api/segments/a", segmentOf());
    await api("PUT /api/segments/b", inside("a"));
    expect(await api("PUT /api/segments/a", inside("b"))).toMatchObject({ status: 400, body: { code: "bad-definition" } });
    expect(await api("DELETE /api/segments/a")).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await api("DELETE /api/segments/b")).status).toBe(204);
    expect((await api("DELETE /api/segments/a")).status).toBe(204);
    expect((await api("GET /api/segments/a")).status).toBe(404);
  });

  it("honour If-Match on PUT and DELETE", async () => {
    const { api } = await newWorkspace();
    expect(await api("PUT /api/segments/s", segmentOf(), { "if-match": '"stale"' })).toMatchObject({
      status: 412,
      body: { code: "changed-meanwhile" },
    });
    const etag = (await api("PUT /api/segments/s", segmentOf())).headers.get("etag") ?? "";
    expect((await api("PUT /api/segments/s", segmentOf("Paid"), { "if-match": etag })).status).toBe(200);
    expect((await api("PUT /api/segments/s", segmentOf("Again"), { "if-match": etag })).status).toBe(412);
    expect((await api("DELETE /api/segments/s", undefined, { "if-match": etag })).status).toBe(412);
    expect((await api("DELETE /api/segments/s", undefined, { "if-match": "*" })).status).toBe(204);
  });

  it("are listed by pages that a cursor continues", async () => {
    const { api } = await newWorkspace();
    const keys: string[] = [];
    for (let next: string | null = ""; next !== null;) {
      const page: { body: { items: { key: string }[]; next: string | null } } = await api(
        `GET /api/segments?limit=2${next === "" ? "" : `&cursor=${next}`}`,
      );
      keys.push(...page.body.items.map(({ key }) => key));
      next = page.body.next;
    }
    expect(keys).toEqual(readyMadeSegments.map(({ key }) => key).toSorted());
    expect(await api("GET /api/segments?cursor=nonsense")).toMatchObject({ status: 400, body: { code: "bad-cursor" } });
    expect(await api("GET /api/segments?limit=201")).toMatchObject({ status: 400, body: { errors: [{ path: "limit" }] } });
    expect(await api("GET /api/segments?colour=red")).toMatchObject({ status: 400, body: { errors: [{ path: "colour" }] } });
  });
});

describe("bodies", () => {
  it("that are not JSON or too large are refused", async () => {
    const { apiKey: key } = await newWorkspace();
    expect(await call("PUT /api/segments/s", { key, text: '{"name": ' })).toMatchObject({ status: 400, body: { code: "bad-json" } });
    expect(await call("PUT /api/segments/s", { key })).toMatchObject({ status: 400, body: { code: "bad-definition" } });
    expect(await call("PUT /api/segments/s", { key, text: `{"name":"${"x".repeat(1_000_001)}"}` })).toMatchObject({
      status: 413,
      body: { code: "too-large" },
    });
  });
});

describe("parameters", () => {
  it("that are not built are refused, not ignored: a dry run must not be live", async () => {
    const { api } = await newWorkspace();
    expect(await api("PUT /api/segments/s?dryRun=true", segmentOf())).toMatchObject({
      status: 400,
      body: { errors: [{ path: "dryRun" }] },
    });
    expect((await api("GET /api/segments/s")).status).toBe(404);
  });
});

describe("templates", () => {
  it("are live on PUT; Liquid that does not parse is named by its place", async () => {
    const { api } = await newWorkspace();
    expect((await api("PUT /api/templates/hello", templateOf())).status).toBe(201);
    expect((await api("GET /api/templates/hello")).body).toMatchObject(templateOf());
    const broken = await api("PUT /api/templates/hello", templateOf("Hello {% if user.name %}"));
    expect(broken).toMatchObject({ status: 400, body: { code: "bad-definition", errors: [{ path: "locales.en.subject" }] } });
  });
});

describe("journeys", () => {
  it("go from draft to live, paused, live, stopped", async () => {
    const { api, id } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    const draft = await api("PUT /api/journeys/welcome", journeyOf("hello"));
    expect(draft).toMatchObject({ status: 201, body: { status: "draft", version: 0, changed: true } });
    expect((await catalogFor(bindings, id, await liveVersion(bindings, id))).journeys.size).toBe(0);
    expect(await api("POST /api/journeys/welcome/pause")).toMatchObject({ status: 409 });
    expect((await api("POST /api/journeys/welcome/publish", { inFlight: "stay" })).body).toMatchObject({
      key: "welcome",
      status: "live",
      version: 1,
      seesBackTo: null,
    });
    expect((await api("POST /api/journeys/welcome/publish")).body.version).toBe(1); // the same draft again
    expect((await api("POST /api/journeys/welcome/pause")).body.status).toBe("paused");
    expect((await api("POST /api/journeys/welcome/resume", { late: "go-on" })).body.status).toBe("live");
    expect((await api("POST /api/journeys/welcome/stop")).body.status).toBe("stopped");
    expect(await api("POST /api/journeys/welcome/resume")).toMatchObject({ status: 409 });
    const catalog = await catalogFor(bindings, id, await liveVersion(bindings, id));
    expect(catalog.journeys.get("welcome")?.status).toBe("stopped");
    expect((await api("GET /api/journeys")).body.items).toMatchObject([
      { key: "welcome", status: "stopped", version: 1, counts: { started: 0 } },
    ]);
  });

  it("keep published versions; runs can be pinned to them though the journey is gone", async () => {
    const { api, id } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/welcome", journeyOf("hello"));
    await api("POST /api/journeys/welcome/publish");
    await api("PUT /api/journeys/welcome", journeyOf("hello", "Registered"));
    expect((await api("GET /api/journeys/welcome")).body).toMatchObject({ version: 1, changed: true, trigger: { event: "Registered" } });
    expect((await api("POST /api/journeys/welcome/publish")).body.version).toBe(2);
    expect((await api("GET /api/journeys/welcome/versions")).body.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    const live = await catalogFor(bindings, id, await liveVersion(bindings, id));
    expect((await withPinned(bindings, live, ["welcome@1"])).pinned.get("welcome@1")?.status).toBe("live");
    expect((await api("DELETE /api/journeys/welcome")).status).toBe(204);
    const after = await catalogFor(bindings, id, await liveVersion(bindings, id));
    expect((await withPinned(bindings, after, ["welcome@1", "welcome@9"])).pinned.get("welcome@1")?.status).toBe("stopped");
    await api("PUT /api/journeys/welcome", journeyOf("hello"));
    expect((await api("POST /api/journeys/welcome/publish")).body.version).toBe(3); // a number is never used twice
  });

  it("a catalog keeps a bounded number of sets of pinned versions, those used last", async () => {
    const { id } = await newWorkspace();
    const live = await catalogFor(bindings, id, await liveVersion(bindings, id));
    const pinned = (version: number) => withPinned(bindings, live, [`gone@${version}`]);
    const [first, second] = [await pinned(1), await pinned(2)];
    for (let version = 3; version <= 257; version++) {
      await pinned(version);
      if (version === 200) expect(await pinned(1)).toBe(first);
    }
    expect(await pinned(1)).toBe(first);
    expect(await pinned(2)).not.toBe(second);
  });

  it("are refused with every place that does not hold together", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    const good = journeyOf("hello");
    const missing = await api("PUT /api/journeys/j", {
      ...good,
      steps: { ...good.steps, pause: { type: "wait", for: "P1D", next: "nowhere" } },
    });
    expect(missing).toMatchObject({ status: 400, body: { code: "bad-definition" } });
    expect(errorPaths(missing.body)).toContain("steps.pause.next");
    const circle = await api("PUT /api/journeys/j", {
      ...good,
      steps: { hello: { type: "send", channel: "email", template: "hello", next: "hello" } },
    });
    expect(circle.body.detail).toMatch(/cycle without a wait/);
    const template = await api("PUT /api/journeys/j", journeyOf("no-such-template"));
    expect(errorPaths(template.body)).toContain("steps.hello.template");
    const unknown = await api("PUT /api/journeys/j", { ...good, steps: { ...good.steps, done: { type: "exit", colour: "red" } } });
    expect(errorPaths(unknown.body)).toEqual(["steps.done.colour"]);
    const nothing = await api("PUT /api/journeys/j", { ...good, steps: { ...good.steps, done: { type: "jump" } } });
    expect(nothing.status).toBe(400);
  });

  it("are answered with warnings of what is probably not meant, on PUT and on publish, and may be put back with them", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    const put = await api("PUT /api/journeys/j", journeyOf("hello"));
    expect(put.status).toBe(201);
    const paths = (put.body["warnings"] as { path: string }[]).map(({ path }) => path);
    expect(paths).toContain("steps.hello.template"); // no way to unsubscribe
    const published = await api("POST /api/journeys/j/publish");
    expect(published).toMatchObject({ status: 200, body: { warnings: put.body["warnings"] } });
    expect((await api("PUT /api/journeys/j", put.body)).status).toBe(200);
  });

  it("keep templates and segments they use from being deleted", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/segments/buyers", segmentOf());
    await api("PUT /api/journeys/j", { ...journeyOf("hello"), exit: { type: "segment", segment: "buyers" } });
    await api("POST /api/journeys/j/publish");
    expect((await api("DELETE /api/templates/hello")).status).toBe(409);
    expect((await api("DELETE /api/segments/buyers")).status).toBe(409);
  });
});

describe("providers", () => {
  const resend = (settings: Record<string, unknown> = { apiKey: "re_very_secret", from: "shop@example.com" }) => ({
    channel: "email",
    type: "resend",
    settings,
  });

  it("never give their secrets back, and keep them sealed", async () => {
    const { api, id } = await newWorkspace();
    const made = await api("PUT /api/providers/mail", resend());
    expect(made).toMatchObject({
      status: 201,
      body: { settings: { from: "shop@example.com" }, settingsSet: ["apiKey", "from"], default: false },
    });
    const everywhere = JSON.stringify([made.body, (await api("GET /api/providers")).body, (await api("GET /api/providers/mail")).body]);
    expect(everywhere).not.toContain("re_very_secret");
    const { results } = await bindings.DB.prepare("SELECT body, sealed FROM definitions WHERE workspace = ? AND kind = 'provider'")
      .bind(id)
      .all();
    expect(JSON.stringify(results)).not.toContain("re_very_secret");
    const { results: catalogs } = await bindings.DB.prepare("SELECT body FROM catalogs WHERE workspace = ?").bind(id).all();
    expect(JSON.stringify(catalogs)).not.toContain("re_very_secret");
    expect((await providerFor(bindings, id, "mail"))?.settings["apiKey"]).toBe("re_very_secret");
  });

  it("keep a secret that is left out, unless the address changes", async () => {
    const { api, id } = await newWorkspace();
    await api("PUT /api/providers/mail", resend());
    const read = await api("GET /api/providers/mail");
    expect((await api("PUT /api/providers/mail", { ...read.body, settings: { from: "new@example.com" } })).status).toBe(200);
    await liveVersion(bindings, id); // what deliver does before it claims
    expect((await providerFor(bindings, id, "mail"))?.settings).toMatchObject({ apiKey: "re_very_secret", from: "new@example.com" });
    const elsewhere = await api("PUT /api/providers/mail", { ...resend({ from: "new@example.com" }), baseUrl: "https://evil.example" });
    expect(elsewhere).toMatchObject({ status: 400, body: { errors: [{ path: "settings.apiKey" }] } });
  });

  it("hand the default of a channel over, and back when they go", async () => {
    const { api } = await newWorkspace();
    const defaults = async () =>
      (await api("GET /api/providers")).body.items
        .filter((one: { channel: string; default: boolean }) => one.channel === "email" && one.default)
        .map(({ key }: { key: string }) => key);
    expect(await defaults()).toEqual(["outbox-email"]);
    await api("PUT /api/providers/mail", { ...resend(), default: true });
    expect(await defaults()).toEqual(["mail"]);
    expect((await api("DELETE /api/providers/mail")).status).toBe(204);
    expect(await defaults()).toEqual(["outbox-email"]);
  });

  it("refuse unknown settings by name", async () => {
    const { api } = await newWorkspace();
    expect(await api("PUT /api/providers/mail", resend({ apiKey: "re_x", from: "a@example.com", colour: "red" }))).toMatchObject({
      status: 400,
      body: { errors: [{ path: "settings.colour" }] },
    });
  });
});

describe("GET /api/definitions", () => {
  it("is everything as it was put, and can be put into another workspace", async () => {
    const [ours, other] = [await newWorkspace(), await newWorkspace()];
    await ours.api("PUT /api/segments/buyers", segmentOf());
    await ours.api("PUT /api/templates/hello", templateOf());
    await ours.api("PUT /api/providers/mail", {
      channel: "email",
      type: "resend",
      settings: { apiKey: "re_very_secret", from: "us@example.com" },
    });
    await ours.api("PUT /api/journeys/welcome", journeyOf("hello"));
    for (let index = 0; index < 60; index++) await ours.api(`PUT /api/segments/s${index}`, segmentOf(`E${index}`));
    const { status, body, headers } = await ours.api("GET /api/definitions");
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(JSON.stringify(body)).not.toContain("re_very_secret");
    expect(body.segments).toContainEqual({ key: "buyers", ...segmentOf() });
    expect(body.segments.length).toBeGreaterThan(60);
    expect(body.journeys).toMatchObject([{ key: "welcome", start: "hello" }]);
    expect(body.providers).toContainEqual(expect.objectContaining({ key: "mail", settings: { from: "us@example.com" } }));
    expect((await other.api("GET /api/definitions")).body.journeys).toEqual([]);
    for (const kind of ["segments", "templates", "journeys"])
      for (const definition of body[kind])
        expect((await other.api(`PUT /api/${kind}/${definition.key}`, definition)).status).toBeLessThan(300);
    const copied = (await other.api("GET /api/definitions")).body;
    expect([copied.segments, copied.templates, copied.journeys]).toEqual([body.segments, body.templates, body.journeys]);
  });
});

describe("a catalog", () => {
  it("may grow past what one row can hold", async () => {
    const { api, id } = await newWorkspace();
    for (let i = 0; i < 5; i++) {
      const html = `<p>${String(i).repeat(490_000)}</p>`;
      expect((await api(`PUT /api/templates/t${i}`, { ...templateOf(), locales: { en: { subject: "Hi", html } } })).status).toBe(201);
    }
    const { templates } = await catalogFor(bindings, id, await liveVersion(bindings, id));
    expect([...templates.keys()]).toEqual(["t0", "t1", "t2", "t3", "t4"]);
  });
});

describe("concurrent publishers", () => {
  it("lose no change: each version holds one more", async () => {
    const { api, id } = await newWorkspace();
    const before = await liveVersion(bindings, id);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => api(`PUT /api/segments/s${i}`, segmentOf(`Event ${i}`))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await liveVersion(bindings, id)).toBe(before + 8);
    const { segments } = await catalogFor(bindings, id, before + 8);
    expect([...segments.keys()].filter((key) => /^s\d$/.test(key))).toHaveLength(8);
  });

  it("with If-Match exactly one of many edits of the same definition wins", async () => {
    const { api } = await newWorkspace();
    const etag = (await api("PUT /api/segments/s", segmentOf())).headers.get("etag") ?? "";
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => api("PUT /api/segments/s", segmentOf(`Event ${i}`), { "if-match": etag })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412, 412]);
  });

  it("of the same journey make one version each, never two of one number", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/j", journeyOf("hello"));
    const answers = await Promise.all([1, 2, 3].map(() => api("POST /api/journeys/j/publish")));
    expect(answers.map(({ body }) => body)).toMatchObject(answers.map(() => ({ key: "j", status: "live", version: 1 })));
  });
});
