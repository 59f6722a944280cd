/** One line per channel that templates can be written for. */
export { email } from "./email.ts";
export { push } from "./push.ts";
export { slack } from "./slack.ts";
export { sms } from "./sms.ts";
export { webhook } from "./webhook.ts";
export { whatsapp } from "./whatsapp.ts";
