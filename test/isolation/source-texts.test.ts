import { expect, it } from "vitest";
import { textsOf } from "./source-texts.ts";

it("reads the literals of a source, nested ones too, and nothing of comments and regular expressions", () => {
  const source = [
    "// 'not this' \"nor this\"",
    'const a = \'one\' + "t\\"wo"; /* `nor this` */',
    "const b = `three ${c ? `four ${'five'}` : { d: 'six' }} end`;",
    "const e = /['\"`/]/.test(f) ? g / h : 'seven';",
  ].join("\n");
  expect(textsOf(source)).toEqual([
    "one",
    '"t\\"wo"'.slice(1, -1),
    "three ${c ? `four ${'five'}` : { d: 'six' }} end",
    "four ${'five'}",
    "five",
    "six",
    "seven",
  ]);
});
