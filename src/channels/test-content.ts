import type { Channel, MessageContent } from "../domain/message/message.ts";

const title = "Test message";
const text = "This is a test message of your provider's settings.";

/** What a test send carries, by channel; `to` is the address of a webhook. Undefined for channels nothing is sent by. */
export const testContent = (channel: Channel, to: string): MessageContent | undefined => {
  switch (channel) {
    case "email":
      return { channel, subject: title, text, html: `<p>${text}</p>` };
    case "sms":
    case "whatsapp":
      return { channel, body: text };
    case "push":
      return { channel, title, body: text };
    case "slack":
      return { channel, text };
    case "webhook":
      return { channel, url: to, method: "POST", headers: {}, body: JSON.stringify({ test: true, text }) };
    case "in-app":
      return undefined;
  }
};
