import { expect, it } from "vitest";
import { openProvider } from "../provider-store.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { bindings, newWorkspace } from "./client.test-support.ts";

const settings = { host: "smtp.example.com", port: 587, security: "starttls", username: "shop", from: "shop@example.com" };
const smtp = (more: object = {}) => ({ channel: "email", type: "smtp", settings: { ...settings, ...more } });

it("a password that is kept is not sent to another server: a definition with another one has to say it again", async () => {
  const { api, id } = await newWorkspace();
  const path = "/api/providers/relay";
  expect((await api(`PUT ${path}`, smtp({ password: "secret-password" }))).status).toBe(201);
  for (const elsewhere of [
    { host: "smtp.evil.example" },
    { port: 2525 },
    { port: 465, security: "tls" },
    { port: undefined, security: undefined },
  ])
    expect(await api(`PUT ${path}`, smtp(elsewhere)), JSON.stringify(elsewhere)).toMatchObject({ status: 400 });
  expect((await api(`PUT ${path}`, smtp({ from: "other@example.com" }))).status).toBe(200);
  const row = await readDefinition(bindings.DB, id, "provider", "relay");
  if (row === undefined) throw new Error("expected the provider");
  expect((await openProvider(bindings, id, row)).settings).toMatchObject({
    password: "secret-password",
    host: settings.host,
    from: "other@example.com",
  });
});

it("a webhook's credentials stay with its hosts: kept while they are the same, gone with others", async () => {
  const { api, id } = await newWorkspace();
  const path = "/api/providers/hooks";
  const put = (settings: object) => api(`PUT ${path}`, { channel: "webhook", type: "webhook", settings });
  const stored = async () => {
    const row = await readDefinition(bindings.DB, id, "provider", "hooks");
    return row && (await openProvider(bindings, id, row)).settings;
  };
  const headers = { authorization: "Bearer secret" };
  expect((await put({ headers, hosts: ["shop.example"] })).status).toBe(201);
  expect((await put({ hosts: ["shop.example"] })).status).toBe(200);
  expect(await stored()).toEqual({ headers, hosts: ["shop.example"] });
  expect(await put({})).toMatchObject({ status: 400, body: { errors: [{ path: "settings.hosts" }] } });
  expect((await put({ hosts: ["evil.example"] })).status).toBe(200);
  expect(await stored()).toEqual({ hosts: ["evil.example"] });
});
