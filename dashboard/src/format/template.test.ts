import { describe, expect, it } from "vitest";
import { definitionOf, kindOf, readObject, sampleData, sizeText } from "./template.ts";

describe("templates in words", () => {
  it.each([
    [{ channel: "email" }, "Email"],
    [{ channel: "email", kind: "layout" }, "Email layout"],
    [{ channel: "sms", kind: "message" }, "SMS"],
  ] as const)("%o is %s", (template, words) => {
    expect(kindOf(template)).toBe(words);
  });

  it("are copied as they can be put again", () => {
    const template = { key: "t", name: "T", channel: "sms", defaultLocale: "en", locales: { en: { body: "x" } } };
    expect(definitionOf({ ...template, createdAt: "a", updatedAt: "b" })).toEqual(template);
  });

  it("are shown with data of the types that they expect", () => {
    const variables = {
      order: { type: "string", required: true },
      total: { type: "number" },
      paid: { type: "boolean" },
      at: { type: "date" },
      items: { type: "array" },
      shop: { type: "object" },
      currency: { type: "string", default: "EUR" },
    };
    expect(sampleData(variables, new Date("2026-03-05T22:00:00Z"))).toEqual({
      order: "order",
      total: 1,
      paid: true,
      at: "2026-03-05",
      items: [],
      shop: {},
    });
  });

  it.each([
    ["", {}],
    ["{", { problem: "This is not JSON" }],
    ["[1]", { problem: "It has to be an object: { … }" }],
    ["null", { problem: "It has to be an object: { … }" }],
    ['{"a":1}', { value: { a: 1 } }],
  ])("reads %j", (text, read) => {
    expect(readObject(text)).toEqual(read);
  });

  it("have sizes", () => {
    expect([sizeText(900), sizeText(2048)]).toEqual(["900 bytes", "2.0 KB"]);
  });
});
