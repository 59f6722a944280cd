import { sentence } from "./text.ts";

const names: Readonly<Record<string, string>> = { sms: "SMS", whatsapp: "WhatsApp" };

/** Channels that messages go out by, in the order lists of them are shown. */
export const channels = ["email", "sms", "push", "whatsapp", "slack", "webhook"] as const;

/** "sms" -> "SMS", "email" -> "Email". */
export const channelName = (channel: string): string => names[channel] ?? sentence(channel);
