import { describe, expect, it } from "vitest";
import type { Env } from "./env.ts";
import { derivedSecret, seal, unseal } from "./seal.ts";

const env = { TERN_SECRET: btoa("0123456789abcdef0123456789abcdef") } as Env; // all that sealing reads
const other = { TERN_SECRET: btoa("fedcba9876543210fedcba9876543210") } as Env; // as above

describe("seal", () => {
  it("opens with the same secret at the same place, and nowhere else", async () => {
    const sealed = await seal(env, "w/provider/mail", "re_secret ✓");
    expect(sealed).not.toContain("secret");
    expect(await unseal(env, "w/provider/mail", sealed)).toBe("re_secret ✓");
    await expect(unseal(env, "x/provider/mail", sealed)).rejects.toThrow();
    await expect(unseal(other, "w/provider/mail", sealed)).rejects.toThrow();
    await expect(unseal(env, "w/provider/mail", "v1.AAAA")).rejects.toThrow();
    await expect(unseal(env, "w/provider/mail", "plain")).rejects.toThrow(/version/);
  });

  it("never makes the same text twice", async () => {
    expect(await seal(env, "p", "text")).not.toBe(await seal(env, "p", "text"));
  });

  it("refuses to work without a secret", async () => {
    await expect(seal({} as Env, "p", "text")).rejects.toThrow("TERN_SECRET");
  });
});

describe("derivedSecret", () => {
  it("differs by purpose and by secret, and is the same each time", async () => {
    const [session, again, links, others] = [
      await derivedSecret(env, "session"),
      await derivedSecret(env, "session"),
      await derivedSecret(env, "links"),
      await derivedSecret(other, "session"),
    ];
    expect(session).toBe(again);
    expect(new Set([session, links, others]).size).toBe(3);
  });
});
