import PostalMime from "postal-mime";
import { describe, expect, it } from "vitest";
import type { MessageContent } from "../../domain/message/message.ts";
import { kindOf } from "../provider-definition.ts";
import type { HttpCall } from "../provider.ts";
import { Unprepared } from "../unprepared.ts";
import { contents, samples } from "./conformance-samples.ts";

type Email = Extract<MessageContent, { channel: "email" }>;

const everything = contents.email as Email;
const { attachments: _attachments, ...withoutFiles } = everything;

const request = (
  type: string,
  content: MessageContent,
  settings = samples[type]?.settings ?? {},
  { echo = "w1-0-m0abc", to = "ada@example.com" } = {},
): HttpCall => {
  const kind = kindOf(type);
  if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
  return kind.request({ workspace: "w1", user: "u:1", id: "m0abc", echo, to, content }, settings, kind.baseUrl ?? "");
};
const json = (call: HttpCall): Record<string, unknown> => JSON.parse(String(call.body)) as Record<string, unknown>; // all but Mailgun's are objects
const file = { name: "Rechnung März.pdf", type: "application/pdf", content: "JVBERi0xLjQK" };
const lists = {
  "List-Unsubscribe": "<https://example.com/u/1>, <mailto:u@example.com>",
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  "List-ID": "<news.example.com>",
};

describe("a mail with everything, as each provider documents it", () => {
  it("resend", () => {
    expect(json(request("resend", everything))).toEqual({
      from: '"Shop, The" <shop@example.com>',
      to: ["ada@example.com"],
      subject: "Grüße",
      html: "<p>Hi</p>",
      text: "Hi",
      reply_to: "Help <help@example.com>",
      cc: ["Grace <grace@example.com>"],
      bcc: ["archive@example.com"],
      headers: lists,
      attachments: [{ filename: file.name, content: file.content, content_type: file.type }],
      tags: [{ name: "tern", value: "w1-0-m0abc" }],
    });
  });

  it("sendgrid", () => {
    const call = request("sendgrid", everything);
    expect(call).toMatchObject({
      method: "POST",
      url: "https://api.sendgrid.com/v3/mail/send",
      headers: { authorization: "Bearer SG.abc" },
    });
    expect(json(call)).toEqual({
      personalizations: [
        {
          to: [{ email: "ada@example.com" }],
          cc: [{ email: "grace@example.com", name: "Grace" }],
          bcc: [{ email: "archive@example.com" }],
        },
      ],
      from: { email: "shop@example.com", name: "Shop, The" },
      reply_to: { email: "help@example.com", name: "Help" },
      subject: "Grüße",
      content: [
        { type: "text/plain", value: "Hi" },
        { type: "text/html", value: "<p>Hi</p>" },
      ],
      headers: lists,
      attachments: [{ content: file.content, type: file.type, filename: file.name, disposition: "attachment" }],
      custom_args: { tern: "w1-0-m0abc" },
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    });
  });

  it("postmark", () => {
    const call = request("postmark", everything);
    expect(call).toMatchObject({ url: "https://api.postmarkapp.com/email", headers: { "x-postmark-server-token": "server-token" } });
    expect(json(call)).toEqual({
      From: '"Shop, The" <shop@example.com>',
      To: "ada@example.com",
      Cc: "Grace <grace@example.com>",
      Bcc: "archive@example.com",
      ReplyTo: "Help <help@example.com>",
      Subject: "Grüße",
      HtmlBody: "<p>Hi</p>",
      TextBody: "Hi",
      Headers: Object.entries(lists).map(([Name, Value]) => ({ Name, Value })),
      Attachments: [{ Name: file.name, Content: file.content, ContentType: file.type }],
      MessageStream: "broadcast",
      Metadata: { tern0: "w1-0-m0abc" },
      TrackOpens: true,
      TrackLinks: "HtmlAndText",
    });
  });

  it("postmark holds 80 characters a value: a longer word is said in parts", () => {
    const echo = `${"w".repeat(64)}-12-m${"0".repeat(63)}`;
    const { Metadata } = json(request("postmark", everything, undefined, { echo })) as { Metadata: Record<string, string> };
    expect(Object.values(Metadata).join("")).toBe(echo);
    expect(Math.max(...Object.values(Metadata).map((value) => value.length))).toBeLessThanOrEqual(80);
  });

  it.each([
    ["without files, URL-encoded", withoutFiles, "application/x-www-form-urlencoded"],
    ["with files, multipart", everything, "multipart/form-data"],
  ])("mailgun, %s", async (_, content, type) => {
    const call = request("mailgun", content);
    expect(call).toMatchObject({
      url: "https://api.mailgun.net/v3/mg.example.com/messages",
      headers: { authorization: `Basic ${btoa("api:key-1")}`, "content-type": expect.stringContaining(type) as string },
    });
    const form = await new Response(call.body, { headers: { "content-type": call.headers["content-type"] ?? "" } }).formData();
    const files = form.getAll("attachment") as File[]; // files alone are sent under this name
    form.delete("attachment");
    expect([...form]).toEqual([
      ["from", '"Shop, The" <shop@example.com>'],
      ["to", "ada@example.com"],
      ["cc", "Grace <grace@example.com>"],
      ["bcc", "archive@example.com"],
      ["subject", "Grüße"],
      ["text", "Hi"],
      ["html", "<p>Hi</p>"],
      ["h:Reply-To", "Help <help@example.com>"],
      ...Object.entries(lists).map(([name, value]) => [`h:${name}`, value]),
      ["v:tern", "w1-0-m0abc"],
      ["o:tracking", "no"],
    ]);
    expect(await Promise.all(files.map(async (one) => [one.name, one.type, await one.text()]))).toEqual(
      content === everything ? [[file.name, file.type, "%PDF-1.4\n"]] : [],
    );
  });

  it("mailgun: a file that holds the boundary does not end its part", async () => {
    const content = btoa("--tern-m0abc\r\n--tern-m0abc-\r\n");
    const call = request("mailgun", { ...everything, attachments: [{ ...file, content }] });
    const form = await new Response(call.body, { headers: { "content-type": call.headers["content-type"] ?? "" } }).formData();
    expect(btoa(await (form.get("attachment") as unknown as File).text())).toBe(content); // a file, as above
  });

  it("mandrill", () => {
    const call = request("mandrill", everything);
    expect(call.url).toBe("https://mandrillapp.com/api/1.4/messages/send");
    expect(json(call)).toEqual({
      key: "md-1234567890",
      message: {
        from_email: "shop@example.com",
        from_name: "Shop, The",
        to: [
          { email: "ada@example.com", type: "to" },
          { email: "grace@example.com", name: "Grace", type: "cc" },
          { email: "archive@example.com", type: "bcc" },
        ],
        subject: "Grüße",
        html: "<p>Hi</p>",
        text: "Hi",
        headers: { ...lists, "Reply-To": "Help <help@example.com>" },
        attachments: [{ type: file.type, name: file.name, content: file.content }],
        metadata: { tern: "w1-0-m0abc" },
        preserve_recipients: true,
      },
    });
  });

  it("brevo", () => {
    const call = request("brevo", everything);
    expect(call).toMatchObject({ url: "https://api.brevo.com/v3/smtp/email", headers: { "api-key": "xkeysib-1" } });
    expect(json(call)).toEqual({
      sender: { email: "shop@example.com", name: "Shop, The" },
      to: [{ email: "ada@example.com" }],
      cc: [{ email: "grace@example.com", name: "Grace" }],
      bcc: [{ email: "archive@example.com" }],
      replyTo: { email: "help@example.com", name: "Help" },
      subject: "Grüße",
      htmlContent: "<p>Hi</p>",
      textContent: "Hi",
      headers: { ...lists, "X-Mailin-custom": "w1-0-m0abc" },
      attachment: [{ name: file.name, content: file.content }],
    });
  });

  it("cloudflare-email", () => {
    const call = request("cloudflare-email", everything);
    expect(call.url).toBe("https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/email/sending/send");
    expect(json(call)).toEqual({
      from: { address: "shop@example.com", name: "Shop, The" },
      to: ["ada@example.com"],
      cc: ["grace@example.com"],
      bcc: ["archive@example.com"],
      reply_to: "help@example.com",
      subject: "Grüße",
      html: "<p>Hi</p>",
      text: "Hi",
      headers: lists,
      attachments: [{ content: file.content, filename: file.name, type: file.type, disposition: "attachment" }],
    });
  });

  const envelope = {
    FromEmailAddress: '"Shop, The" <shop@example.com>',
    Destination: { ToAddresses: ["ada@example.com"], CcAddresses: ["grace@example.com"], BccAddresses: ["archive@example.com"] },
    ReplyToAddresses: ["Help <help@example.com>"],
    EmailTags: [{ Name: "tern", Value: "w1-0-m0abc" }],
    ConfigurationSetName: "tern",
  };

  it("ses, without files: simple", () => {
    const call = request("ses", withoutFiles);
    expect(call.url).toBe("https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails");
    expect(json(call)).toEqual({
      ...envelope,
      Content: {
        Simple: {
          Subject: { Data: "Grüße", Charset: "UTF-8" },
          Body: { Text: { Data: "Hi", Charset: "UTF-8" }, Html: { Data: "<p>Hi</p>", Charset: "UTF-8" } },
          Headers: Object.entries(lists).map(([Name, Value]) => ({ Name, Value })),
        },
      },
    });
  });

  it("ses, with files: raw, and blind copies are of the envelope only", async () => {
    const { Content, ...rest } = json(request("ses", everything)) as { Content: { Raw: { Data: string } } };
    expect(rest).toEqual(envelope);
    const mail = await PostalMime.parse(atob(Content.Raw.Data));
    expect(mail).toMatchObject({ subject: "Grüße", from: { name: "Shop, The" }, cc: [{ address: "grace@example.com" }] });
    expect(mail.bcc).toBeUndefined();
    expect(mail.attachments.map(({ filename }) => filename)).toEqual([file.name]);
    expect(mail.headers.find(({ key }) => key === "list-unsubscribe-post")?.value).toBe("List-Unsubscribe=One-Click");
  });

  it("ses: names beyond ASCII are encoded words, domains their IDNA names, other addresses of its own region", () => {
    const call = request("ses", { ...withoutFiles, from: "Bücher <info@bücher.example>", cc: ["ä@bücher.example"] });
    expect(json(call)).toMatchObject({
      FromEmailAddress: `=?UTF-8?B?${btoa("B\u00c3\u00bccher")}?= <info@xn--bcher-kva.example>`,
      Destination: { CcAddresses: ["ä@xn--bcher-kva.example"] },
    });
  });

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

const emailTypes = ["resend", "sendgrid", "postmark", "mailgun", "mandrill", "brevo", "ses", "cloudflare-email"];

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
