import fc from "fast-check";
import PostalMime from "postal-mime";
import { describe, expect, it } from "vitest";
import { mailOf } from "./mail.ts";
import { buildMime, encodeText, quotedPrintable } from "./mime.ts";

/** Reads quoted-printable back, by the rules of RFC 2045, 6.7. */
const unquote = (text: string): string => {
  const joined = text.replace(/=\r\n/g, "");
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
};
const decodeWords = (text: string): string =>
  text
    .replace(/\?= =\?/g, "?==?")
    .replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, base64: string) =>
      new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))),
    );

describe("quotedPrintable", () => {
  it("is read back as it was, on lines of at most 76 ASCII characters, none of which ends in a blank", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (text) => {
        const encoded = quotedPrintable(text);
        expect(unquote(encoded)).toBe(text.replace(/\r\n|\r|\n/g, "\r\n"));
        for (const line of encoded.split("\r\n")) {
          expect(line.length).toBeLessThanOrEqual(76);
          expect(line).toMatch(/^[\t -~]*$/);
          expect(line).not.toMatch(/[ \t]$/);
        }
      }),
    );
  });
});

describe("encodeText", () => {
  it("is read back as it was, in words of at most 75 characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const encoded = encodeText(text);
        expect(encoded).toMatch(/^[ -~]*$/);
        if (encoded !== text) for (const word of encoded.split(" ")) expect(word.length).toBeLessThanOrEqual(75);
        expect(decodeWords(encoded)).toBe(text);
      }),
    );
  });

  it.each(["=?UTF-8?B?aGk=?=", "a =?x?="])("%s, which looks like an encoded word, is encoded, so that it is read as it was", (text) => {
    expect(encodeText(text)).not.toBe(text);
    expect(decodeWords(encodeText(text))).toBe(text);
  });
});

describe("buildMime", () => {
  const built = (more: object) =>
    buildMime(
      mailOf(
        {
          workspace: "w1",
          user: "u:1",
          id: "m1",
          echo: "w1-0-m1",
          to: "ada@example.com",
          content: { channel: "email", subject: "Hi", html: "", text: "Hi", ...more },
        },
        "x@example.com",
      ),
      { messageId: "m1@example.com", boundary: "m1" },
    );

  it.each([
    ["a subject", { subject: "x".repeat(2_000) }],
    ["a header", { headers: { "X-Ref": "x".repeat(2_000) } }],
    ["a name", { from: `${"x".repeat(980)} <x@example.com>` }],
  ])("has no line of more than 998 characters for %s without a blank in it", async (_, more) => {
    const mime = built(more);
    expect(Math.max(...mime.split("\r\n").map((one) => one.length))).toBeLessThanOrEqual(998);
    const read = await PostalMime.parse(mime);
    expect([read.subject, ...read.headers.map(({ value }) => decodeWords(value)), read.from?.name].join()).toMatch(/x{980}/);
  });

  const png = (contentId?: string) => ({ name: "logo.png", type: "image/png", content: "iVBORw0KGgo=", ...(contentId && { contentId }) });

  it("has images beside the HTML they stand in, and files beside both", async () => {
    const read = await PostalMime.parse(built({ html: '<img src="cid:logo">', attachments: [png("logo"), png()] }));
    expect([read.text?.trim(), read.html?.trim()]).toEqual(["Hi", '<img src="cid:logo">']);
    expect(read.attachments.map(({ disposition, contentId, related }) => [disposition, contentId, related])).toEqual([
      ["inline", "<logo>", true],
      ["attachment", undefined, undefined],
    ]);
  });

  it("has images as files where there is no HTML for them to stand in", async () => {
    const read = await PostalMime.parse(built({ attachments: [png("logo")] }));
    expect([read.text?.trim(), read.attachments.length]).toEqual(["Hi", 1]);
  });

  it("leaves an address in a header as it is, whatever it looks like, and encodes a name that looks like an encoded word", async () => {
    const unsubscribe = "<https://example.com/u?a=?b>";
    const mime = built({ headers: { "List-Unsubscribe": unsubscribe }, from: "=?UTF-8?Q?The_bank?= <x@example.com>" });
    expect(mime).toContain(`List-Unsubscribe: ${unsubscribe}\r\n`);
    expect((await PostalMime.parse(mime)).from?.name).toBe("=?UTF-8?Q?The_bank?=");
  });

  const text = fc.string({ unit: "grapheme", maxLength: 300 });
  const line = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 });
  const mails = fc.record({ subject: line, plain: text, html: text, name: line, file: fc.uint8Array({ maxLength: 200 }) });
  const oneLine = (said: string): string => said.replace(/\p{Cc}+/gu, " ").trim();

  it("is read by others as it was meant, whatever it holds, and adds nothing", async () => {
    await fc.assert(
      fc.asyncProperty(mails, async ({ subject, plain, html, name, file }) => {
        const attachments = [{ name: "a.bin", type: "application/octet-stream", content: btoa(String.fromCharCode(...file)) }];
        const mail = mailOf(
          {
            workspace: "w1",
            user: "u:1",
            id: "m1",
            echo: "w1-0-m1",
            to: "ada@example.com",
            content: {
              channel: "email",
              subject,
              text: plain,
              html: `<p>${html}`,
              from: `${name} <shop@example.com>`,
              headers: { "X-Ref": name },
              attachments,
            },
          },
          "x@example.com",
        );
        const mime = buildMime(mail, { messageId: "m1@example.com", date: 0, boundary: "m1" });
        expect(mime).toMatch(/^[\r\n\t -~]*$/);
        expect(mime).not.toMatch(/[^\r]\n|\r[^\n]/);
        expect(Math.max(...mime.split("\r\n").map((one) => one.length))).toBeLessThanOrEqual(998);
        const read = await PostalMime.parse(mime);
        expect(read.headers.map(({ key }) => key)).toEqual([
          "from",
          "to",
          "subject",
          "date",
          "message-id",
          "x-ref",
          "mime-version",
          "content-type",
        ]);
        const spaced = (said: string | undefined): string => (said ?? "").replace(/\s+/g, " ").trim();
        expect(spaced(read.subject)).toBe(spaced(oneLine(subject)));
        const ends = (said: string | undefined): string => (said ?? "").replace(/\r\n|\r/g, "\n").replace(/\n+$/, "");
        expect(ends(read.html)).toBe(ends(`<p>${html}`));
        if (plain !== "") expect(ends(read.text)).toBe(ends(plain));
        expect(new Uint8Array(read.attachments[0]?.content as ArrayBuffer)).toEqual(new Uint8Array(file));
      }),
      { numRuns: 100 },
    );
  });
});
