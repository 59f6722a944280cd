import { describe, expect, it, vi } from "vitest";
import { catalogFor, liveVersion } from "../catalog-cache.ts";
import { bindings, journeyOf, keyWith, newWorkspace, call, templateOf } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const errorPaths = (body: { errors: { path: string }[] }) => body.errors.map(({ path }) => path);
const live = async (workspace: string) => (await catalogFor(bindings, workspace, await liveVersion(bindings, workspace))).document;

const rules = {
  caps: [
    { channel: "sms", count: 3, per: "P1D" },
    { count: 10, per: "P7D" },
  ],
  quietHours: { from: "21:00", to: "08:00", zone: "user", channels: ["sms", "push"] },
  windows: { office: { days: ["mon", "tue"], from: "09:00", to: "17:00", zone: "Europe/Berlin" } },
};
const topic = { name: "Offers", channels: ["email"], default: "opted-out" };

describe("rules of the workspace", () => {
  it("are live at once, read back as they were put, and replaced as a whole", async () => {
    const { api, id } = await newWorkspace();
    expect((await api("GET /api/workspace")).body.rules).toEqual({});
    expect(await api("PATCH /api/workspace", { rules })).toMatchObject({ status: 200, body: { rules } });
    expect((await live(id)).rules).toEqual(rules);
    const version = await liveVersion(bindings, id);
    await api("PATCH /api/workspace", { rules });
    expect(await liveVersion(bindings, id)).toBe(version); // nothing changed, nothing published
    expect((await api("PATCH /api/workspace", { name: "Shop" })).body).toMatchObject({ name: "Shop", rules });
    expect((await api("PATCH /api/workspace", { rules: { caps: [] } })).body.rules).toEqual({ caps: [] });
    expect((await api("PUT /api/workspace", { name: "Shop", timezone: "UTC" })).body).toMatchObject({ timezone: "UTC", rules: {} });
    expect((await live(id)).rules).toBeUndefined();
    // Other changes leave them alone.
    await api("PATCH /api/workspace", { rules });
    await api("PUT /api/templates/hello", templateOf());
    expect((await live(id)).rules).toEqual(rules);
  });

  it.each([
    ["an unknown rule", { rules: { speed: 1 } }, "rules.speed"],
    ["a zone that is none", { rules: { quietHours: { ...rules.quietHours, zone: "Mars/Olympus" } } }, "rules.quietHours.zone"],
    ["a time of day that is none", { rules: { quietHours: { from: "25:00", to: "08:00" } } }, "rules.quietHours.from"],
    ["quiet hours without end", { rules: { quietHours: { from: "08:00", to: "08:00" } } }, "rules.quietHours.to"],
    ["months in a cap", { rules: { caps: [{ count: 1, per: "P1M" }] } }, "rules.caps[0].per"],
    ["a cap of nothing", { rules: { caps: [{ count: 0, per: "P1D" }] } }, "rules.caps[0].count"],
    ["a day that is none", { rules: { windows: { w: { days: ["monday"], from: "09:00", to: "17:00" } } } }, "rules.windows.w.days[0]"],
    ["a window's key that is none", { rules: { windows: { "Not a key": { from: "09:00", to: "17:00" } } } }, 'rules.windows["Not a key"]'],
  ])("refuse %s and name the field", async (_name, body, path) => {
    const { api } = await newWorkspace();
    const answer = await api("PATCH /api/workspace", body);
    expect(answer.status).toBe(400);
    expect(errorPaths(answer.body)).toContain(path);
  });

  it("need the scope of an admin", async () => {
    const { id } = await newWorkspace();
    const key = await keyWith(id, ["read", "write"]);
    expect((await call("PATCH /api/workspace", { key, body: { rules } })).status).toBe(403);
    expect((await call("GET /api/workspace", { key })).body.rules).toEqual({});
  });
});

describe("topics", () => {
  it("ask for a confirmation by a template that can: an email that prints the link; it cannot go while they do", async () => {
    const { api } = await newWorkspace();
    const club = { ...topic, doubleOptIn: true, confirmation: "confirm" };
    const email = (html: string) => ({ ...templateOf(), locales: { en: { subject: "Sure?", html } } });
    expect(errorPaths((await api("PUT /api/topics/club", club)).body)).toEqual(["confirmation"]);
    await api("PUT /api/templates/confirm", email("<p>Sure?</p>"));
    expect((await api("PUT /api/topics/club", club)).status).toBe(400);
    await api("PUT /api/templates/confirm", email('<a href="{{ confirm_url }}">Yes</a>'));
    expect((await api("PUT /api/topics/club", club)).status).toBe(201);
    expect((await api("DELETE /api/templates/confirm")).status).toBe(409);
  });

  it("are live on PUT, listed, exported, and gone on DELETE", async () => {
    const { api, id } = await newWorkspace();
    expect(await api("PUT /api/topics/offers", topic)).toMatchObject({ status: 201, body: { key: "offers", ...topic } });
    expect((await live(id)).topics).toEqual([{ key: "offers", ...topic }]);
    expect((await api("GET /api/topics")).body.items).toMatchObject([{ key: "offers" }]);
    expect((await api("GET /api/definitions")).body.topics).toMatchObject([{ key: "offers", ...topic }]);
    expect((await api("DELETE /api/topics/offers")).status).toBe(204);
    expect((await live(id)).topics ?? []).toEqual([]);
    expect((await api("GET /api/topics/offers")).status).toBe(404);
  });

  it.each([
    ["an unknown field", { ...topic, colour: "red" }, "colour"],
    ["a double opt-in that nobody would need", { ...topic, default: "opted-in", doubleOptIn: true }, "default"],
    ["a confirmation of nothing", { ...topic, confirmation: "confirm" }, "confirmation"],
    ["no channel", { ...topic, channels: [] }, "channels"],
    ["a default that is none", { ...topic, default: "maybe" }, "default"],
  ])("refuse %s and name the field", async (_name, body, path) => {
    const { api } = await newWorkspace();
    const answer = await api("PUT /api/topics/offers", body);
    expect(answer.status).toBe(400);
    expect(errorPaths(answer.body)).toContain(path);
  });

  it("cannot go while a journey names them, and say which", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/topics/offers", topic);
    await api("PUT /api/templates/hello", templateOf());
    const journey = journeyOf("hello");
    const steps = { ...journey.steps, hello: { ...journey.steps.hello, topic: "offers" } };
    await api("PUT /api/journeys/welcome", { ...journey, steps });
    expect((await api("POST /api/journeys/welcome/publish", {})).status).toBe(200);
    const refused = await api("DELETE /api/topics/offers");
    expect(refused).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(refused.body.detail).toContain('the journey "welcome"');
    await api("POST /api/journeys/welcome/stop", {});
    expect((await api("DELETE /api/topics/offers")).status).toBe(204);
  });
});
