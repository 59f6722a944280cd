import * as z from "zod";
import type { LocalProvider } from "../provider.ts";

const settings = z.strictObject({});

/**
 * Built in: keeps what would be sent, readable in the dashboard and by the API, until a real provider is configured. Of every
 * channel there is, and of push every device's copy: whoever has no account anywhere sees all that a journey would send.
 */
export const outbox: LocalProvider<typeof settings> = {
  type: "outbox",
  title: "Outbox (kept here, sent nowhere)",
  via: "outbox",
  channels: ["email", "sms", "whatsapp", "push", "slack", "webhook"],
  cost: "Nothing: a row in the database",
  settings,
  reports: [],
  secrets: [],
};
