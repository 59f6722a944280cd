import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashKey, newKey } from "../src/storage/control/keys.ts";
import { makeKey } from "../test/ingest.ts";
import { findKey } from "./keys.ts";

describe("findKey", () => {
  it("finds a key by its text alone, and only its hash is in the database", async () => {
    const { workspace, key, id } = await makeKey("api", { scopes: ["ingest", "read"] });
    expect(await findKey(env, key)).toEqual({ id, workspace, kind: "api", scopes: ["ingest", "read"], expiresAt: null });
    const { results } = await env.DB.prepare("SELECT * FROM keys WHERE id = ?").bind(id).all();
    expect(JSON.stringify(results)).not.toContain(key);
  });

  it("sees a revocation within 60 s", async () => {
    const { key, id } = await makeKey();
    const now = Date.now();
    expect(await findKey(env, key, now)).toBeDefined();
    await env.DB.prepare("UPDATE keys SET revoked_at = ? WHERE id = ?").bind(now, id).run();
    expect(await findKey(env, key, now + 59_000)).toBeDefined();
    expect(await findKey(env, key, now + 60_000)).toBeUndefined();
  });

  it("sees a new key within 5 s of its having been tried", async () => {
    const key = newKey("write");
    const now = Date.now();
    expect(await findKey(env, key, now)).toBeUndefined();
    await env.DB.prepare(
      "INSERT INTO keys (hash, id, workspace, kind, prefix, name, created_at) VALUES (?, ?, 'w-late', 'write', 'wk_', 'late', 0)",
    )
      .bind(await hashKey(key), crypto.randomUUID())
      .run();
    expect(await findKey(env, key, now + 4_000)).toBeUndefined();
    expect(await findKey(env, key, now + 5_000)).toMatchObject({ workspace: "w-late" });
  });

  it("refuses an expired key at its very instant, cached or not", async () => {
    const now = Date.now();
    const { key } = await makeKey("write", { expiresAt: now + 1_000 });
    expect(await findKey(env, key, now)).toBeDefined();
    expect(await findKey(env, key, now + 1_000)).toBeUndefined();
  });

  it("asks the database nothing for texts no key can have", async () => {
    const refusing = { DB: {} as D1Database }; // any use would throw
    expect(await findKey(refusing, "")).toBeUndefined();
    expect(await findKey(refusing, "x".repeat(201))).toBeUndefined();
  });
});

describe("newKey", () => {
  it("says its kind and holds 32 random letters and digits", () => {
    const keys = Array.from({ length: 100 }, () => newKey("write"));
    expect(keys.every((key) => /^wk_[0-9A-Za-z]{32}$/.test(key))).toBe(true);
    expect(new Set(keys).size).toBe(100);
    expect(newKey("api")).toMatch(/^ak_/);
  });
});
