import * as z from "zod";
import type { LocalProvider } from "../provider.ts";

const settings = z.strictObject({});

/** Built in: keeps what would be sent, readable in the dashboard and by the API, until a real provider is configured. */
export const outbox: LocalProvider<typeof settings> = {
  type: "outbox",
  title: "Outbox (kept here, sent nowhere)",
  via: "outbox",
  channels: ["email", "sms", "webhook"],
  settings,
  reports: [],
  secrets: [],
};
