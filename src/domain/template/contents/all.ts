/** One line per channel that templates can be written for. */
export { email } from "./email.ts";
export { sms } from "./sms.ts";
export { webhook } from "./webhook.ts";
