import { describe, expect, it } from "vitest";
import { fromBase64 } from "../bytes.ts";
import { appServer, keyPair, verifiedClaims } from "./push-kit.ts";
import { isVapidPrivateKey, isVapidPublicKey, vapidToken } from "./vapid.ts";

describe("vapidToken", () => {
  it("is signed by the key it names, for one push service, until it expires (RFC 8292)", async () => {
    const { publicKey } = await keyPair(appServer.publicKey, appServer.privateKey, "ECDSA");
    const token = await vapidToken(
      { ...appServer, subject: "mailto:ops@example.com" },
      { origin: "https://push.example.net", expiresAt: 1_453_523_768_000 },
    );
    expect(JSON.parse(new TextDecoder().decode(fromBase64(token.split(".")[0] ?? "")))).toEqual({ typ: "JWT", alg: "ES256" });
    expect(await verifiedClaims(token, publicKey)).toEqual({
      aud: "https://push.example.net",
      exp: 1_453_523_768,
      sub: "mailto:ops@example.com",
    });
  });

  it("refuses a private key that does not belong to the public one", async () => {
    const other = { publicKey: appServer.publicKey, privateKey: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", subject: "mailto:a@b.c" };
    const made = vapidToken(other, { origin: "https://push.example.net", expiresAt: 0 });
    const { publicKey } = await keyPair(appServer.publicKey, appServer.privateKey, "ECDSA");
    await expect(made.then((token) => verifiedClaims(token, publicKey))).rejects.toThrow();
  });
});

describe("VAPID keys", () => {
  it("are told from other texts", () => {
    expect([isVapidPublicKey(appServer.publicKey), isVapidPrivateKey(appServer.privateKey)]).toEqual([true, true]);
    expect([isVapidPublicKey(appServer.privateKey), isVapidPrivateKey(appServer.publicKey)]).toEqual([false, false]);
    expect([isVapidPublicKey(`${appServer.publicKey}=`), isVapidPublicKey(""), isVapidPrivateKey("a b")]).toEqual([false, false, false]);
  });
});
