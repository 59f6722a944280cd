import PostalMime from "postal-mime";
import { describe, expect, it } from "vitest";
import { type Email, everything, file, json, request, withoutFiles } from "./email-kit.test-suite.ts";

describe("images, headers and names, as each provider takes them", () => {
  const image = { name: "logo.png", type: "image/png", content: "iVBORw0KGgo=", contentId: "logo@shop" };
  const withImage: Email = { ...everything, html: '<img src="cid:logo@shop">', attachments: [file, image] };
  it("images that stand in the HTML go as each provider takes them, files beside them", async () => {
    expect(json(request("resend", withImage))["attachments"]).toEqual([
      { filename: file.name, content: file.content, content_type: file.type },
      { filename: image.name, content: image.content, content_type: image.type, content_id: "logo@shop" },
    ]);
    expect(json(request("sendgrid", withImage))["attachments"]).toMatchObject([
      { filename: file.name, disposition: "attachment" },
      { filename: image.name, type: image.type, disposition: "inline", content_id: "logo@shop" },
    ]);
    expect(json(request("postmark", withImage))["Attachments"]).toMatchObject([
      { Name: file.name },
      { Name: image.name, ContentID: "cid:logo@shop" },
    ]);
    expect(json(request("mandrill", withImage))["message"]).toMatchObject({
      attachments: [{ name: file.name }],
      images: [{ type: "image/png", name: "logo@shop", content: image.content }],
    });
    const call = request("mailgun", withImage);
    const form = await new Response(call.body, { headers: { "content-type": call.headers["content-type"] ?? "" } }).formData();
    expect([form.get("attachment"), form.get("inline")].map((one) => (one as unknown as File).name)).toEqual([file.name, "logo@shop"]); // files, as above
    const { Content } = json(request("ses", { ...withImage, attachments: [image] })) as { Content: { Raw: { Data: string } } };
    const read = await PostalMime.parse(atob(Content.Raw.Data));
    expect(read.attachments).toMatchObject([{ filename: image.name, disposition: "inline", related: true, contentId: "<logo@shop>" }]);
  });

  it.each(["brevo", "cloudflare-email"])("%s, which takes none, says so instead of sending a mail with a hole in it", (type) => {
    expect(() => request(type, withImage)).toThrow(/^attachments: \w+ takes no images inline \(contentId\)$/);
  });

  const headersOf = (type: string, headers: Readonly<Record<string, string>>) =>
    json(request(type, { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi", headers }));

  it.each([
    ["longer than it takes", { "X-Ref": `${"x".repeat(435)} ${"y".repeat(435)}` }],
    ["more than it takes", Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`X-Ref-${index}`, "1"]))],
  ])("ses: headers that are %s go in a mail made here", async (_, headers) => {
    const { Content } = headersOf("ses", headers) as { Content: { Raw: { Data: string } } };
    const mail = await PostalMime.parse(atob(Content.Raw.Data));
    expect(mail.headers.filter(({ key }) => key.startsWith("x-ref")).map(({ value }) => value)).toEqual(Object.values(headers));
  });

  it("headers beyond ASCII are encoded words where the API takes ASCII only; the rest are left as they are", () => {
    const given = { "X-Season": "Frühling", "List-Unsubscribe": "<https://example.com/u?a=?b>", "X-Empty": "" };
    const encoded = { "X-Season": `=?UTF-8?B?${btoa("Fr\u00c3\u00bchling")}?=`, "List-Unsubscribe": given["List-Unsubscribe"] };
    expect(headersOf("sendgrid", given)["headers"]).toEqual(encoded);
    const ses = Object.entries(encoded).map(([Name, Value]) => ({ Name, Value }));
    expect(headersOf("ses", given)).toMatchObject({ Content: { Simple: { Headers: ses } } });
    expect(headersOf("resend", given)["headers"]).toEqual({ "X-Season": "Frühling", "List-Unsubscribe": given["List-Unsubscribe"] });
  });

  it("mailgun: a header's name does not end the name of its field", async () => {
    const headers = { 'X-Ref"; filename="a': "1" };
    const call = request("mailgun", { ...withImage, headers });
    const form = await new Response(call.body, { headers: { "content-type": call.headers["content-type"] ?? "" } }).formData();
    expect([...form.keys()].filter((name) => name.startsWith("h:X-Ref"))).toEqual([expect.stringMatching(/filename/)]);
    expect(form.getAll("a")).toEqual([]);
  });

  it("brevo: a template's header does not take the place of ours", () => {
    expect(headersOf("brevo", { "x-mailin-CUSTOM": "theirs" })["headers"]).toEqual({ "X-Mailin-custom": "w1-0-m0abc" });
  });

  it("brevo: a header beyond ASCII, which it would send as raw bytes, is left out", () => {
    expect(headersOf("brevo", { "X-Season": "Frühling", "X-Ref": "1" })["headers"]).toEqual({
      "X-Ref": "1",
      "X-Mailin-custom": "w1-0-m0abc",
    });
  });

  it.each([
    ["Shop, The", "Shop, The"],
    ["Bücher", "Bücher"],
    ["Bücher, Antiquariat", "=?UTF-8?B?QsO8Y2hlciwgQW50aXF1YXJpYXQ=?="],
    [`Bücher, ${"x".repeat(80)}`, `Bücher ${"x".repeat(63)}`],
    ["x".repeat(71), "x".repeat(70)],
  ])("brevo: the name %j is said so that it is kept, in at most 70 characters", (name, said) => {
    const from = `"${name}" <shop@example.com>`;
    expect(json(request("brevo", { ...withoutFiles, from }))["sender"]).toMatchObject({ email: "shop@example.com", name: said });
  });
});
