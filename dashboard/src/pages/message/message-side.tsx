import { Link } from "@tanstack/react-router";
import type { MessageView } from "../../api/types.ts";
import { describeLife } from "../../format/message-life.ts";
import { describeOrigin } from "../../format/message.ts";
import { recipientName } from "../../format/recipient.ts";
import { Ago } from "../../parts/ago.tsx";
import { FactWords, TimelineLine } from "../../parts/fact-line.tsx";
import { Fields } from "../../parts/fields.tsx";
import { Panel } from "../../parts/panel.tsx";
import parts from "../../parts/parts.module.css";
import { idText, userLink } from "../../parts/user-link.ts";
import user from "../user/user.module.css";
import { MessageFollowed } from "./message-followed.tsx";

const Code = ({ children }: { readonly children: string }) => <code style={{ fontSize: 12 }}>{children}</code>;

/** Who was to get it, why, by what, and how that went: one line each, as far as it is known. */
const Details = ({ message }: { readonly message: MessageView }) => (
  <Panel title="Details">
    <Fields
      items={[
        [
          "To",
          message.to === null ? undefined : (
            <span key="to" title={message.to}>
              {recipientName(message.channel, message.to)}
            </span>
          ),
        ],
        [
          "User",
          <Link key="user" {...userLink({ id: message.user, anonymous: message.anonymous })} className={parts["inline"] ?? ""}>
            {idText({ id: message.user, anonymous: message.anonymous })}
          </Link>,
        ],
        [
          "Journey",
          message.journey && (
            <Link key="journey" to="/journeys/$key" params={{ key: message.journey }} className={parts["inline"] ?? ""}>
              {message.journey}
            </Link>
          ),
        ],
        ["Step", message.step],
        ["Sent by", describeOrigin(message.origin)],
        ["Kind", message.transactional ? "Transactional" : undefined],
        [
          "Template",
          // What came with the call itself is kept nowhere else.
          message.template === "inline" ? (
            "brought along by the call"
          ) : (
            <Link key="template" to="/templates/$key" params={{ key: message.template }} className={parts["inline"] ?? ""}>
              {message.template}
            </Link>
          ),
        ],
        ["Topic", message.topic],
        ["Provider", message.provider],
        ["Attempts", message.attempts > 0 ? message.attempts : undefined],
        [
          "Copy of",
          message.copyOf && (
            <Link key="copy" to="/messages/$id" params={{ id: message.copyOf }} className={parts["inline"] ?? ""}>
              the message to the first device
            </Link>
          ),
        ],
        ["Copies", message.copies > 0 ? `${message.copies}, one for each further device` : undefined],
        ["Created", <Ago key="created" at={message.createdAt} />],
        ["Sent", message.sentAt && <Ago key="sent" at={message.sentAt} />],
        ["Reason", message.reason],
        ["Tried again", message.status === "held" && message.due !== null ? <Ago key="due" at={message.due} /> : undefined],
        ["Message id", <Code key="id">{message.id}</Code>],
        ["Provider's id", message.providerMessageId && <Code key="provider">{message.providerMessageId}</Code>],
      ]}
    />
  </Panel>
);

/** The left column of a message's page: details, what its links told, its whole life. */
export const MessageSide = ({ message }: { readonly message: MessageView }) => (
  <div className={user["side"]}>
    <Details message={message} />
    {message.followed !== null && <MessageFollowed followed={message.followed} />}
    <Panel title="What happened" flush>
      <ol className={parts["timeline"]} style={{ paddingBlock: 8 }}>
        {message.timeline.map((fact, index) => {
          const words = describeLife(fact);
          return (
            <TimelineLine key={index} at={fact.at} sign={words.sign} tone={words.tone}>
              <FactWords fact={words} />
            </TimelineLine>
          );
        })}
      </ol>
    </Panel>
  </div>
);
