import { describe, expect, it } from "vitest";
import { bytesOf, fromBase64, toBase64Url } from "../bytes.ts";
import { encryptPush, PLAINTEXT_BYTES } from "./aes128gcm.ts";
import { appServer, browser, decryptPush, keyPair } from "./push-kit.ts";

const salt = fromBase64("DGv6ra1nlYgDCS1FRnbzlw") ?? new Uint8Array();
/** RFC 8291, section 5 */
const expected =
  "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

describe("encryptPush", () => {
  it("makes the message of RFC 8291's example, byte for byte", async () => {
    const keys = await keyPair(appServer.publicKey, appServer.privateKey, "ECDH");
    const body = await encryptPush(bytesOf("When I grow up, I want to be a watermelon"), browser.keys, { salt, keys });
    expect(toBase64Url(body)).toBe(expected);
  });

  it("is read by a browser, and is another one each time", async () => {
    const text = "Grüße 🎉";
    const [one, two] = [await encryptPush(bytesOf(text), browser.keys), await encryptPush(bytesOf(text), browser.keys)];
    expect(await decryptPush(one)).toBe(text);
    expect(await decryptPush(two)).toBe(text);
    expect(toBase64Url(one.slice(0, 86))).not.toBe(toBase64Url(two.slice(0, 86)));
  });

  it("takes what fits into 4,096 octets, and nothing longer", async () => {
    const body = await encryptPush(new Uint8Array(PLAINTEXT_BYTES).fill(65), browser.keys);
    expect(body.length).toBe(4_096);
    expect((await decryptPush(body)).length).toBe(PLAINTEXT_BYTES);
    await expect(encryptPush(new Uint8Array(PLAINTEXT_BYTES + 1), browser.keys)).rejects.toThrow(/3993 fit/);
  });
});
