import { describe, expect, it } from "vitest";
import { call, newWorkspace } from "./client.test-support.ts";

const template = (subject: string) => ({
  key: "hello",
  channel: "email",
  name: "Hello",
  locales: { en: { subject, html: "<p>Hello</p>" } },
  defaultLocale: "en",
});
const journey = (more: object = {}) => ({
  key: "welcome",
  name: "Welcome",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
  ...more,
});
const script = {
  start: "2026-01-05T08:00:00Z",
  script: [
    { at: "PT0S", type: "identify", userId: "u1", traits: { email: "u1@example.com" } },
    { at: "PT1M", type: "track", userId: "u1", event: "Signed Up" },
  ],
  until: "P1D",
};

describe("POST /api/simulate", () => {
  it("plays a script over the workspace's published definitions, and the script's own in their place", async () => {
    const { api } = await newWorkspace();
    await api("PUT /api/templates/hello", template("Published"));
    await api("PUT /api/journeys/welcome", journey());
    await api("POST /api/journeys/welcome/publish", {});
    const published = await api("POST /api/simulate", { ...script, expect: [{ userId: "u1", type: "message", step: "mail", at: "PT1M" }] });
    expect(published.status).toBe(200);
    expect(published.body.failures).toEqual([]);
    expect(published.body.trace).toContainEqual(
      expect.objectContaining({ type: "message", subject: "Published", at: "2026-01-05T08:01:00.000Z" }),
    );
    expect(published.body.users).toEqual([expect.objectContaining({ id: "u1", attributes: { email: "u1@example.com" }, runs: [] })]);
    const own = await api("POST /api/simulate", { ...script, definitions: { templates: [template("Own")] } });
    expect(own.body.trace).toContainEqual(expect.objectContaining({ type: "message", subject: "Own" }));
    // Nothing was written: nobody is there.
    expect((await api("GET /api/users")).body.items).toEqual([]);
  });

  it("names the place of what is wrong in a definition, an item or an expectation", async () => {
    const { api } = await newWorkspace();
    const refusedAt = async (body: object): Promise<readonly string[]> => {
      const { status, body: problem } = await api("POST /api/simulate", body);
      expect(status).toBe(400);
      return problem.errors.map(({ path }: { readonly path: string }) => path);
    };
    expect(await refusedAt({ ...script, definitions: { journeys: [journey({ start: "gone" })], templates: [template("x")] } })).toEqual([
      "definitions.journeys[0].start",
    ]);
    const sms = { ...template("x"), key: "mail", channel: "sms", locales: { en: { body: "Hi" } } };
    const toMail = journey({ steps: { mail: { type: "send", channel: "email", template: "mail" } }, start: "mail" });
    expect(await refusedAt({ ...script, definitions: { journeys: [toMail], templates: [sms] } })).toEqual([
      "definitions.journeys[0].steps.mail.template",
    ]);
    expect(await refusedAt({ ...script, script: [{ at: "PT0S", type: "track", userId: "u1" }] })).toEqual(["script[0].event"]);
    expect(await refusedAt({ ...script, script: [{ at: "soon", type: "track", userId: "u1", event: "X" }] })).toEqual(["script[0].at"]);
    expect(await refusedAt({ ...script, script: [{ at: "PT0S", type: "identify", userId: "u1", trait: {} }] })).toEqual([
      "script[0].trait",
    ]);
    expect(await refusedAt({ ...script, expect: [{ type: "mesage" }] })).toEqual(["expect[0].type"]);
    expect(await refusedAt({ ...script, definition: {} })).toEqual(["definition"]);
  });

  it("is for whoever may read", async () => {
    expect((await call("POST /api/simulate", { body: script })).status).toBe(401);
  });
});
