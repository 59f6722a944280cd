/** One line per kind of provider. */
export { brevo } from "./brevo.ts";
export { cloudflareEmail } from "./cloudflare-email.ts";
export { expo } from "./expo.ts";
export { fcm } from "./fcm.ts";
export { mailgun } from "./mailgun.ts";
export { mandrill } from "./mandrill.ts";
export { onesignal } from "./onesignal.ts";
export { outbox } from "./outbox.ts";
export { postmark } from "./postmark.ts";
export { resend } from "./resend.ts";
export { sendgrid } from "./sendgrid.ts";
export { ses } from "./ses.ts";
export { webPush } from "./web-push.ts";
export { webhook } from "./webhook.ts";
