import { describe, expect, it, vi } from "vitest";
import { call, newWorkspace, origin } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const body = (id: string) => ({ id, name: "Shop", timezone: "Europe/Berlin", email: `${id}@example.com`, password: "correct horse" });

describe("POST /api/setup", () => {
  it("makes a workspace with keys, ready-made segments and the outbox", async () => {
    const { api, id, writeKey } = await newWorkspace();
    expect((await api("GET /api/workspace")).body).toMatchObject({ id, timezone: "Europe/Berlin", catalogVersion: 1 });
    expect((await api("GET /api/segments")).body.items.map(({ key }: { key: string }) => key)).toContain("everyone");
    expect((await api("GET /api/providers")).body.items).toContainEqual(
      expect.objectContaining({ key: "outbox-email", type: "outbox", default: true }),
    );
    expect(writeKey).toMatch(/^wk_/);
  });

  it("answers 409 when the workspace exists, also when asked twice at once", async () => {
    const id = `twice-${Date.now()}`;
    const both = await Promise.all([1, 2].map(() => call("POST /api/setup", { key: "test-setup-token", body: body(id) })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    expect(await call("POST /api/setup", { key: "test-setup-token", body: body(id) })).toMatchObject({
      status: 409,
      body: { code: "conflict" },
    });
  });

  it("refuses without the token and with a wrong one", async () => {
    expect(await call("POST /api/setup", { body: body("x") })).toMatchObject({ status: 401, body: { code: "missing-key" } });
    expect(await call("POST /api/setup", { key: "guess", body: body("x") })).toMatchObject({ status: 401, body: { code: "wrong-key" } });
  });

  it("names what is wrong with the input", async () => {
    const answer = await call("POST /api/setup", {
      key: "test-setup-token",
      body: { ...body("x"), timezone: "Mars/Olympus", colour: "red" },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "bad-input" } });
    expect(answer.body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual(["colour", "timezone"]);
  });
});

describe("sign-in", () => {
  const signIn = (email: string, password: string) =>
    call("POST /api/auth/sign-in/email", { body: { email, password }, headers: { origin } });

  it("gives a session that may use the API, until signed out", async () => {
    const { email, password, id } = await newWorkspace();
    const signedIn = await signIn(email, password);
    expect(signedIn.status).toBe(200);
    const setCookie = signedIn.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(/HttpOnly/i);
    expect(setCookie).toMatch(/SameSite=Lax/i);
    const cookie = setCookie.split(";")[0] ?? "";
    expect((await call("GET /api/auth/get-session", { headers: { cookie } })).body.user.email).toBe(email);
    expect((await call("GET /api/workspace", { headers: { cookie } })).body.id).toBe(id);
    expect(await call("GET /api/workspace", { headers: { cookie, "x-workspace": "someone-elses" } })).toMatchObject({ status: 403 });
    expect((await call("POST /api/auth/sign-out", { body: {}, headers: { cookie, origin } })).status).toBe(200);
    expect(await call("GET /api/workspace", { headers: { cookie } })).toMatchObject({ status: 401, body: { code: "not-signed-in" } });
  });

  it("does not let another site's page use the session", async () => {
    const { email, password } = await newWorkspace();
    const cookie = ((await signIn(email, password)).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect(
      await call("PATCH /api/workspace", { body: { name: "Stolen" }, headers: { cookie, origin: "https://evil.example" } }),
    ).toMatchObject({ status: 403 });
  });

  it("refuses a wrong password and a stranger alike, and has no sign-up", async () => {
    const { email } = await newWorkspace();
    const wrong = await signIn(email, "wrong password");
    const stranger = await signIn("nobody@example.com", "wrong password");
    expect([wrong.status, stranger.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual(stranger.body);
    const signUp = await call("POST /api/auth/sign-up/email", {
      body: { email: "me@example.com", password: "long enough", name: "Me" },
      headers: { origin },
    });
    expect(signUp.status).toBeGreaterThanOrEqual(400);
  });

  it("lets nobody guess passwords without end", async () => {
    const answers: number[] = [];
    for (let guess = 0; guess < 32; guess++) {
      const { status } = await call("POST /api/auth/sign-in/email", {
        body: { email: "a@example.com", password: `guess ${guess}` },
        headers: { origin, "cf-connecting-ip": "203.0.113.7" },
      });
      answers.push(status);
    }
    expect(answers.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 401));
    expect(answers.at(-1)).toBe(429);
  });
});
