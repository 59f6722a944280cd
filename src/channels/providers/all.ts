/** One line per kind of provider. */
export { brevo } from "./brevo.ts";
export { cloudflareEmail } from "./cloudflare-email.ts";
export { mailgun } from "./mailgun.ts";
export { mandrill } from "./mandrill.ts";
export { outbox } from "./outbox.ts";
export { postmark } from "./postmark.ts";
export { resend } from "./resend.ts";
export { sendgrid } from "./sendgrid.ts";
export { ses } from "./ses.ts";
export { webhook } from "./webhook.ts";
