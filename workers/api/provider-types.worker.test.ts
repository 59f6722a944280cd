import { expect, it } from "vitest";
import { newWorkspace } from "./client.test-support.ts";

it("a form that is filled in with its own examples is taken, and what it calls secret is never read back", async () => {
  const { api } = await newWorkspace();
  const { status, body } = (await api("GET /api/provider-types")) as {
    status: number;
    body: {
      items: { type: string; channels: string[]; settings: { name: string; required: boolean; secret: boolean; example?: string }[] }[];
    };
  };
  expect(status).toBe(200);
  const mails = body.items.filter(({ type, channels }) => channels.includes("email") && type !== "outbox");
  expect(mails.map(({ type }) => type).toSorted()).toEqual([
    "brevo",
    "cloudflare-email",
    "mailgun",
    "mandrill",
    "postmark",
    "resend",
    "sendgrid",
    "ses",
    "smtp",
  ]);
  for (const { type, settings } of mails) {
    const filled = Object.fromEntries(settings.filter(({ required }) => required).map(({ name, example }) => [name, example]));
    const put = await api(`PUT /api/providers/${type}`, { channel: "email", type, settings: filled });
    expect([type, put.status, put.body.errors]).toEqual([type, 201, undefined]);
    const { body: read } = (await api(`GET /api/providers/${type}`)) as { body: { settings: object; settingsSet: string[] } };
    const secrets = settings.filter(({ secret, required }) => secret && required).map(({ name }) => name);
    expect(read.settingsSet).toEqual(expect.arrayContaining(secrets));
    for (const name of secrets) expect(read.settings).not.toHaveProperty(name);
  }
});
