import * as z from "zod";
import { mailOf, senderSetting } from "../email/mail.ts";
import { domainOf } from "../email/mailbox.ts";
import { buildMime } from "../email/mime.ts";
import { isLoopback, refusedAddress } from "../outbound-address.ts";
import type { SmtpProvider } from "../provider.ts";
import { readSmtpEnd } from "../smtp/reply.ts";
import { Unprepared } from "../unprepared.ts";

const settings = z
  .strictObject({
    host: z
      .string()
      .max(253)
      .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, "a host name or an IPv4 address")
      .refine((host) => refusedAddress(`https://${host}/`, true) === undefined, "not a public host")
      .meta({ description: "Name of the server that takes mail (submission), as its certificate says it", examples: ["smtp.example.com"] }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .refine((port) => port !== 25, "port 25 is closed to Workers: use 465 or 587")
      .default(465)
      .describe("465 for TLS at once, 587 for STARTTLS. Port 25 is closed to Workers"),
    security: z
      .enum(["tls", "starttls", "none"])
      .default("tls")
      .describe('"tls" from the first byte, "starttls" after a word in the clear; "none" for a server on this machine only'),
    username: z
      .string()
      .regex(/^\P{Cc}{1,320}$/u, "no line ends and other controls")
      .optional()
      .describe("User name, where the server wants one"),
    password: z
      .string()
      .regex(/^\P{Cc}{1,500}$/u, "no line ends and other controls")
      .optional()
      .describe("Password of that user"),
    from: senderSetting,
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ["password"],
    message: "username and password belong together",
  })
  .refine(({ port, security }) => !(port === 465 && security === "starttls") && !(port === 587 && security === "tls"), {
    path: ["port"],
    message: "465 is for TLS at once (security tls), 587 for STARTTLS (security starttls)",
  })
  .refine(({ host, security }) => security !== "none" || isLoopback(host), {
    path: ["security"],
    message: "without TLS a server may only be on this machine",
  });

/** Any server that takes mail over SMTP: email. It says nothing later: bounces go to the sender's mailbox. */
export const smtp: SmtpProvider<typeof settings> = {
  type: "smtp",
  title: "SMTP",
  via: "smtp",
  channels: ["email"],
  cost: "What the server's operator asks",
  settings,
  reports: [],
  secrets: ["password"],
  destination: ["host", "port", "security"],
  server: ({ host, port, security, username, password }) => ({
    host,
    port,
    security,
    ...(username !== undefined && password !== undefined && { login: { user: username, password } }),
  }),
  mail(message, given, at) {
    const mail = mailOf(message, given.from);
    const hello = domainOf(mail.from.email);
    return {
      from: command(mail.from.email),
      recipients: [command(mail.to.email), ...[...mail.cc, ...mail.bcc].map(({ email }) => command(email))],
      data: buildMime(mail, { messageId: `${message.echo}@${hello}`, date: at, boundary: message.id }),
      hello: command(hello),
    };
  },
  outcome: readSmtpEnd,
};

/**
 * What stands in a command must not end it, nor the brackets around it. Letters beyond ASCII before the @ would need SMTPUTF8
 * (RFC 6531), which is not built.
 */
const command = (text: string): string => {
  if (/^[!-;=?-~]+$/.test(text)) return text;
  throw new Unprepared({ kind: "rejected", detail: `not an address that can be sent to: ${text.replace(/\p{Cc}+/gu, " ").slice(0, 100)}` });
};
