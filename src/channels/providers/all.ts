/** One line per kind of provider. */
export { outbox } from "./outbox.ts";
export { resend } from "./resend.ts";
export { webhook } from "./webhook.ts";
