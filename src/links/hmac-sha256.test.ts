import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../channels/bytes.ts";
import { hmacNow, sha256Now } from "./hmac-sha256.ts";

describe("HMAC-SHA256 without a promise", () => {
  it("answers the test cases of RFC 4231", () => {
    const key = (byte: number, times: number) => new Uint8Array(times).fill(byte);
    expect(toHex(hmacNow(key(0x0b, 20), "Hi There"))).toBe("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    expect(toHex(hmacNow(new TextEncoder().encode("Jefe"), "what do ya want for nothing?"))).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    expect(toHex(hmacNow(key(0xaa, 131), "Test Using Larger Than Block-Size Key - Hash Key First"))).toBe(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
  });

  it("answers what the platform does, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300, unit: "grapheme" }), (bytes, text) => {
        expect(toHex(sha256Now(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
        expect(toHex(hmacNow(bytes, text))).toBe(createHmac("sha256", bytes).update(text).digest("hex"));
      }),
    );
  });
});
