import { describe, expect, it } from "vitest";
import { adviseSms } from "./advise-sms.ts";

describe("adviseSms", () => {
  it.each(["Hi", "Grüße", "Hi 😀", "a".repeat(1_530), "я".repeat(70)])("has nothing to say of %s", (body) =>
    expect(adviseSms(body)).toEqual([]),
  );

  it("names the characters that make a text cost more", () => {
    expect(adviseSms(`${"a".repeat(100)} it’s “here”`)).toEqual([
      { path: "body", message: "’ “ ” not in the alphabet of plain texts: it takes 2 segments instead of 1" },
    ]);
  });

  it("says nothing of a text that is written in another alphabet", () => {
    expect(adviseSms("абвгдежзийклмнопрстуфхцчшщъыьэюя".repeat(4))).toEqual([]);
  });

  it("warns of more parts than networks take", () => {
    expect(adviseSms("a".repeat(1_531))).toEqual([{ path: "body", message: "11 segments: many networks take no text of more than 10" }]);
  });
});
