import type { InputProblem } from "../fault.ts";
import type { MessageContent } from "../message/message.ts";
import { adviseSms } from "./advise-sms.ts";
import { adviseMail } from "./advise.ts";
import { utf8Length } from "./budget.ts";

/** Bytes of a push message with all that it brings. Source: firebase.google.com/docs/cloud-messaging, Message types; RFC 8030, 7.2. */
const pushBytes = 4_096;
/** Characters that phones show of a notification that nobody has opened. */
const seen = { title: 65, body: 240 };
/** Characters. Source: developers.facebook.com/docs/whatsapp/cloud-api/reference/messages (text); docs.slack.dev/reference/methods/chat.postMessage. */
const longest = { whatsapp: 4_096, slack: 4_000 };

/** What only the finished message shows: what its values made of it, and whether it is too long for its channel. */
export const adviseRendered = (content: MessageContent): readonly InputProblem[] => {
  switch (content.channel) {
    case "email":
      return adviseMail(content);
    case "sms":
      return adviseSms(content.body);
    case "push": {
      const { channel: _channel, ...payload } = content;
      const bytes = utf8Length(JSON.stringify(payload));
      return [
        ...tooLong("title", content.title, seen.title, "phones show no more"),
        ...tooLong("body", content.body, seen.body, "phones show no more"),
        ...(bytes > pushBytes ? [{ path: "data", message: `${bytes} bytes together: push services take no more than ${pushBytes}` }] : []),
      ];
    }
    case "whatsapp":
      return tooLong("body", content.body ?? "", longest.whatsapp, "WhatsApp takes no more");
    case "slack":
      return tooLong("text", content.text, longest.slack, "Slack shows no more in one piece");
    case "webhook":
      return [];
  }
};

const tooLong = (path: string, text: string, most: number, why: string): readonly InputProblem[] =>
  // By code points: that is what is counted as a character.
  text.length > most && Array.from(text).length > most ? [{ path, message: `is longer than ${most} characters: ${why}` }] : [];
