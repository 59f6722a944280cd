import PostalMime from "postal-mime";
import { describe, expect, it } from "vitest";
import { everything, file, json, lists, request, withoutFiles } from "./email-kit.test-suite.ts";

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
});
