import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asciiDomain } from "./ascii-domain.ts";
import { comparableAddress } from "./comparable-address.ts";

describe("domains in other scripts", () => {
  it("are written as RFC 3492 has it (7.1)", () => {
    expect(asciiDomain("ليهمابتكلموشعربي؟")).toBe("xn--egbpdaj6bu4bxfgehfvwxn");
    expect(asciiDomain("他们为什么不说中文")).toBe("xn--ihqwcrb4cv8a8dqg056pqjye");
    expect(asciiDomain("3年B組金八先生")).toBe("xn--3b-ww4c5e180e575a65lsy2b");
    expect(asciiDomain("Pročprostěnemluvíčesky")).toBe("xn--proprostnemluvesky-uyb24dma41a");
  });

  it("as the platform's URL has it", () => {
    const letters = Array.from("aäöéüßçñøåæłőżčđžабвгдежзийклмнопрстуфαβγδεζηθअआइई日本語中文한국어กขค-0");
    const label = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 }).map((parts) => `a${parts.join("")}z`);
    fc.assert(
      fc.property(label, label, (first, second) => {
        const domain = `${first}.${second}.example`;
        fc.pre(URL.canParse(`http://${domain}`));
        expect(asciiDomain(domain)).toBe(new URL(`http://${domain}`).hostname);
      }),
      { numRuns: 300 },
    );
    for (const domain of [
      "BÜCHER.example",
      "bu\u0308cher.example",
      "ｆｕｌｌ.example",
      "例え。テスト",
      "plain.example",
      "emoji-😀.example",
    ])
      expect(asciiDomain(domain)).toBe(new URL(`http://${domain}`).hostname);
  });

  it("an address is the same in both", () => {
    expect(comparableAddress("email", "Ada@BÜCHER.example")).toBe("ada@xn--bcher-kva.example");
    expect(comparableAddress("email", "Ada <ada@xn--bcher-kva.example>")).toBe("ada@xn--bcher-kva.example");
    expect(comparableAddress("email", "üser@example.com")).toBe("üser@example.com");
    expect(comparableAddress("email", "no address")).toBe("no address");
  });
});
