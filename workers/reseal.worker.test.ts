import { createExecutionContext } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { api } from "./api/api.ts";
import { bindings, call, newWorkspace, origin } from "./api/client.test-support.ts";
import { providerFor } from "./catalog-cache.ts";
import { openProvider } from "./provider-store.ts";
import { reseal } from "./reseal.ts";

const secret = (text: string) => btoa(text.padEnd(32, "."));
const before = { ...bindings };
const after = { ...bindings, TERN_SECRET: secret("the new one"), TERN_SECRET_PREVIOUS: `${secret("older")}, ${bindings.TERN_SECRET}` };
const mail = { channel: "email", type: "resend", settings: { apiKey: "re_secret_key", from: "shop@example.com" } };

const rowOf = async (workspace: string) => {
  const row = await bindings.DB.prepare(
    "SELECT key, body, sealed FROM definitions WHERE workspace = ? AND kind = 'provider' AND key = 'mail'",
  )
    .bind(workspace)
    .first<{ key: string; body: string; sealed: string }>();
  if (row === null) throw new Error("expected the provider's row");
  return row;
};

describe("changing TERN_SECRET", () => {
  it("what the earlier one sealed is still read, then sealed anew, then the earlier one may go", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/providers/mail", mail);
    const settings = (await openProvider(after, workspace.id, await rowOf(workspace.id))).settings;
    expect(settings["apiKey"]).toBe("re_secret_key");
    expect((await reseal(after)).failed).toBe(0);
    const { TERN_SECRET_PREVIOUS: _gone, ...alone } = after;
    expect((await openProvider(alone, workspace.id, await rowOf(workspace.id))).settings).toEqual(settings);
    await expect(openProvider(before, workspace.id, await rowOf(workspace.id))).rejects.toThrow("sealed with a secret that is not given");
    expect(await reseal(alone)).toEqual({ resealed: 0, failed: 0, more: false });
    // Back again, for the other tests of this database.
    await reseal({ ...before, TERN_SECRET_PREVIOUS: after.TERN_SECRET });
    expect((await providerFor(before, workspace.id, "mail"))?.settings).toEqual(settings);
  });

  it("a row that no secret opens holds up no other, and is counted", async () => {
    const [one, other] = [await newWorkspace(), await newWorkspace()];
    for (const workspace of [one, other]) await workspace.api("PUT /api/providers/mail", mail);
    await bindings.DB.prepare(
      "UPDATE definitions SET sealed = 'v2.00000000.AAAA' WHERE workspace = ? AND kind = 'provider' AND key = 'mail'",
    )
      .bind(one.id)
      .run();
    const { failed, resealed } = await reseal(after);
    expect([failed, resealed > 0]).toEqual([1, true]);
    await reseal({ ...before, TERN_SECRET_PREVIOUS: after.TERN_SECRET });
    await bindings.DB.prepare("DELETE FROM definitions WHERE workspace = ?").bind(one.id).run();
  });

  it("where the earlier one is lost, what it sealed is put anew like the first time: all of its secrets have to be given", async () => {
    const workspace = await newWorkspace();
    const made = await workspace.api("PUT /api/providers/mail", mail);
    const lost = { ...bindings, TERN_SECRET: secret("the only one") };
    const put = async (body: object): Promise<Response> => {
      const headers = { authorization: `Bearer ${workspace.apiKey}`, "content-type": "application/json" };
      const request = new Request(`${origin}/api/providers/mail`, { method: "PUT", headers, body: JSON.stringify(body) });
      return api.fetch(request, lost, createExecutionContext());
    };
    const without = await put({ ...mail, settings: { from: mail.settings.from } });
    expect([without.status, await without.json()]).toMatchObject([400, { errors: [{ path: "settings.apiKey" }] }]);
    const anew = await put(mail);
    expect(anew.status).toBe(200);
    expect((await openProvider(lost, workspace.id, await rowOf(workspace.id))).settings["apiKey"]).toBe("re_secret_key");
    // Whoever reads an ETag cannot try secrets until one fits: what is hashed is not the definition alone.
    expect(anew.headers.get("etag")).not.toBe(made.headers.get("etag"));
    await bindings.DB.prepare("DELETE FROM definitions WHERE workspace = ?").bind(workspace.id).run();
  });

  it("is for whoever holds the set-up token, and never answers a secret", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/providers/mail", mail);
    expect((await workspace.api("POST /api/secrets/reseal")).status).toBe(401);
    const answer = await call("POST /api/secrets/reseal", { key: "test-setup-token" });
    expect(answer.body).toEqual({ resealed: 0, failed: 0, more: false });
    expect(JSON.stringify((await workspace.api("GET /api/providers/mail")).body)).not.toContain("re_secret_key");
  });
});
