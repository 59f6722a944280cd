import { describe, expect, it } from "vitest";
import { emailDocument } from "./email-document.ts";

describe("a mail in its frame", () => {
  it("has our policy before anything of its own, and loads no pictures unless asked", () => {
    const html = `<meta http-equiv="refresh" content="0; url=https://evil.example/"><p>Hi</p>`;
    const made = emailDocument(html, false);
    expect(made.indexOf("Content-Security-Policy")).toBeLessThan(made.indexOf("refresh"));
    expect(made).toContain("default-src 'none'");
    expect(made).not.toContain("https:;");
    expect(emailDocument(html, true)).toContain("img-src data: https:;");
  });

  it.each([
    ["light", "(max-width: 0px)", "(min-width: 0px)"],
    ["dark", "(min-width: 0px)", "(max-width: 0px)"],
  ] as const)("is told that the device is %s, whatever it is", (scheme, dark, light) => {
    const html = "<style>@media (prefers-color-scheme: dark) { a{} } @media screen and ( PREFERS-color-scheme :light ) { b{} }</style>";
    const made = emailDocument(html, false, scheme);
    expect(made).toContain(`@media ${dark} { a{} } @media screen and ${light} { b{} }`);
    expect(made).not.toMatch(/prefers-color-scheme/i);
  });
});
