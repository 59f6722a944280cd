import { describe, expect, it } from "vitest";
import { Unprepared } from "../unprepared.ts";
import { emailTypes, lists, request, withoutFiles } from "./email-kit.test-suite.ts";

describe.each(emailTypes)("%s", (type) => {
  it("lets no value bring a header, an address or a field with it", () => {
    const nasty = "x\r\nBcc: evil@example.com";
    const { body } = request(type, {
      ...withoutFiles,
      subject: nasty,
      headers: { "X-Ref": nasty },
      from: `"${nasty}" <shop@example.com>`,
      replyTo: `${nasty.replace("@", "")} <help@example.com>`,
    });
    const text = decodeURIComponent(String(body).replaceAll("+", " "));
    expect(text).not.toMatch(/[\r\n]Bcc|\\r|\\n/);
  });

  it.each([
    "b@example.com,c@example.com",
    "b@example.com;c@example.com",
    "b@example.com c@example.com",
    "@relay:b@example.com",
    "b@example.com\u200b",
    "b@@example.com",
    "Grace",
    "b@example.com\r\nBcc: c@example.com",
  ])("sends to no %j: an address is one, and nothing but one", (nobody) => {
    const outcomeOf = (content: object, to?: string): unknown => {
      try {
        return request(type, { ...withoutFiles, ...content }, undefined, { ...(to !== undefined && { to }) }).body;
      } catch (problem) {
        return problem instanceof Unprepared ? problem.outcome : problem;
      }
    };
    expect(outcomeOf({}, nobody)).toMatchObject({
      kind: "unreachable",
      detail: expect.stringMatching(/^to is not an email address/) as string,
    });
    for (const [field, content] of [
      ["from", { from: nobody }],
      ["replyTo", { replyTo: nobody }],
      ["cc.1", { cc: ["grace@example.com", nobody] }],
      ["bcc.0", { bcc: [nobody] }],
    ] as const)
      expect(outcomeOf(content)).toMatchObject({
        kind: "rejected",
        detail: expect.stringMatching(`^${field} is not an email address`) as string,
      });
  });

  it("says domains beyond ASCII by their IDNA names, wherever they stand", () => {
    const content = {
      ...withoutFiles,
      from: "shop@bücher.example",
      replyTo: "r@bücher.example",
      cc: ["c@bücher.example"],
      bcc: ["b@bücher.example"],
    };
    const text = decodeURIComponent(String(request(type, content, undefined, { to: "ada@bücher.example" }).body));
    for (const name of ["shop", "r", "c", "b", "ada"]) expect(text).toContain(`${name}@xn--bcher-kva.example`);
    expect(text).not.toContain("@bücher");
  });

  it("says no half of a character, whichever text was cut in two", () => {
    const half = "cut \ud83d";
    const content = { subject: half, html: half, text: half, from: `${half} <shop@example.com>`, headers: { "X-Ref": half } };
    const { body } = request(type, { ...withoutFiles, ...content });
    expect(decodeURIComponent(String(body))).not.toMatch(/\\ud83d|\ud83d/i);
    expect(decodeURIComponent(String(request(type, { ...withoutFiles, subject: "whole😀" }).body))).toContain("whole😀");
  });

  it("takes what Liquid made nothing of for not given", () => {
    const call = request(type, { ...withoutFiles, from: " ", replyTo: "", cc: [" "], bcc: [""] });
    expect(call).toEqual(request(type, { channel: "email", subject: "Grüße", html: "<p>Hi</p>", text: "Hi", headers: lists }));
  });

  it("sends from the provider's sender where the template names none, and leaves out what is not there", () => {
    const call = request(type, { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "" });
    expect(decodeURIComponent(String(call.body).replaceAll("+", " "))).toContain("shop@example.com");
    expect(String(call.body)).not.toMatch(/\b(?:cc|bcc|replyTo|reply_to|ReplyTo|attachments?|Attachments|TextBody|textContent)\b/i);
  });
});
