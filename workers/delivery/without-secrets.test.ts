import { describe, expect, it } from "vitest";
import { masked, withoutSecrets } from "./without-secrets.ts";

const call = {
  method: "POST",
  url: "https://example.com",
  headers: { authorization: "Bearer re_1234567890", "content-type": "application/json" },
};

describe("withoutSecrets", () => {
  it("takes out credentials of the call, with and without the word before them, and leaves what is none", () => {
    expect(withoutSecrets("401 bad key re_1234567890 (Bearer re_1234567890), application/json", call)).toBe(
      "401 bad key *** (***), application/json",
    );
  });

  it("takes out the beginning of one that was cut off with the sentence", () => {
    expect(withoutSecrets("401 bad key re_1234567", call)).toBe("401 bad key ***");
    expect(withoutSecrets("401 bad key Bearer re_12", call)).toBe("401 bad key ***");
    // What is too short to tell anything stays: else every sentence that ends alike would lose its end.
    expect(withoutSecrets("401 we were re", call)).toBe("401 we were re");
  });
});

it("masked takes out each of several, and a text that is a secret and nothing else", () => {
  expect(masked("one-secret two-secret", ["one-secret", "two-secret"])).toBe("*** ***");
  expect(masked("one-secre", ["one-secret"])).toBe("***");
  expect(masked("", ["one-secret"])).toBe("");
});
