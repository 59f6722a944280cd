import { describe, expect, it } from "vitest";
import { isPrivateKeyPem, readSharedJwt, signRsaJwt } from "./jwt.ts";

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Source: RFC 7515, appendix A.1; the key is raw bytes there, so this one is jwt.io's well-known example. */
const known =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

const made = async (hash: string, alg: string, secret: string, claims: unknown): Promise<string> => {
  const key = await crypto.subtle.importKey("raw", Buffer.from(secret), { name: "HMAC", hash }, false, ["sign"]);
  const text = `${part({ alg })}.${part(claims)}`;
  return `${text}.${Buffer.from(await crypto.subtle.sign("HMAC", key, Buffer.from(text))).toString("base64url")}`;
};

describe("readSharedJwt", () => {
  it("reads a token of its key", async () => {
    expect(await readSharedJwt(known, "your-256-bit-secret")).toEqual({ sub: "1234567890", name: "John Doe", iat: 1516239022 });
  });

  it.each([
    ["SHA-384", "HS384"],
    ["SHA-512", "HS512"],
  ])("reads one signed with %s", async (hash, alg) => {
    expect(await readSharedJwt(await made(hash, alg, "s3cret", { a: 1 }), "s3cret")).toEqual({ a: 1 });
  });

  it.each([
    ["another key", known, "other"],
    ["altered claims", known.replace(".eyJzdWIi", ".eyJzdWIj"), "your-256-bit-secret"],
    ["an altered signature", known.replace(/.$/, "d"), "your-256-bit-secret"],
    ["no signature", known.replace(/\.[^.]*$/, "."), "your-256-bit-secret"],
    ["the algorithm none", `${part({ alg: "none" })}.${part({ a: 1 })}.`, "your-256-bit-secret"],
    ["an algorithm that objects have by birth", `${part({ alg: "constructor" })}.${part({ a: 1 })}.`, "your-256-bit-secret"],
    ["a fourth part", `${known}.x`, "your-256-bit-secret"],
    ["no token", "hello", "your-256-bit-secret"],
    ["nothing", "", "your-256-bit-secret"],
  ])("refuses %s", async (_, token, secret) => expect(await readSharedJwt(token, secret)).toBeUndefined());
});

describe("signRsaJwt", () => {
  it("signs with RS256 so that the public key verifies it", async () => {
    const pair = (await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ["sign", "verify"],
    )) as CryptoKeyPair; // RSA makes pairs
    const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toString("base64");
    const pem = `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, "$1\n")}\n-----END PRIVATE KEY-----\n`;
    for (const given of [pem, pem.replace(/\n/g, "\\n")]) {
      expect(isPrivateKeyPem(given)).toBe(true);
      const [head = "", claims = "", signature = ""] = (await signRsaJwt({ application_id: "a", iat: 1 }, given)).split(".");
      const isSigned = await crypto.subtle.verify(
        "RSASSA-PKCS1-v1_5",
        pair.publicKey,
        Buffer.from(signature, "base64url"),
        Buffer.from(`${head}.${claims}`),
      );
      expect(isSigned).toBe(true);
      expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({ alg: "RS256", typ: "JWT" });
      expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({ application_id: "a", iat: 1 });
    }
  });

  it("says what is wrong with a key that it cannot use", async () => {
    await expect(signRsaJwt({}, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----")).rejects.toThrow(/PKCS #8/);
  });
});
