import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { messageQuery } from "../api/queries.ts";
import type { MessageView } from "../api/types.ts";
import { describeFact } from "../format/fact.ts";
import { sentence } from "../format/text.ts";
import { Ago } from "../parts/ago.tsx";
import { FactWords, TimelineLine } from "../parts/fact-line.tsx";
import { Fields } from "../parts/fields.tsx";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Panel } from "../parts/panel.tsx";
import parts from "../parts/parts.module.css";
import { Shown } from "../parts/shown.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { idText, userLink } from "../parts/user-link.ts";
import { MessageBody } from "./message/message-body.tsx";
import user from "./user/user.module.css";

const Side = ({ message }: { readonly message: MessageView }) => (
  <div className={user["side"]}>
    <Panel title="Details">
      <Fields
        items={[
          ["To", message.to],
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
          ["Template", message.template],
          ["Topic", message.topic],
          ["Provider", message.provider],
          ["Attempts", message.attempts > 0 ? message.attempts : undefined],
          ["Created", <Ago key="created" at={message.createdAt} />],
          ["Sent", message.sentAt && <Ago key="sent" at={message.sentAt} />],
          ["Reason", message.reason],
          ["Tried again", message.status === "held" && message.due !== null ? <Ago key="due" at={message.due} /> : undefined],
          [
            "Message id",
            <code key="id" style={{ fontSize: 12 }}>
              {message.id}
            </code>,
          ],
          [
            "Provider's id",
            message.providerMessageId && (
              <code key="provider" style={{ fontSize: 12 }}>
                {message.providerMessageId}
              </code>
            ),
          ],
        ]}
      />
    </Panel>
    <Panel title="What happened" flush>
      <ol className={parts["timeline"]} style={{ paddingBlock: 8 }}>
        {message.timeline.map((fact, index) => {
          const words = describeFact(fact);
          // On a message's own page its status is all there is to say.
          const shown = fact.kind === "message" ? { ...words, title: sentence(fact.status) } : words;
          return (
            <TimelineLine key={index} at={fact.at} sign={words.sign} tone={words.tone}>
              <FactWords fact={shown} />
            </TimelineLine>
          );
        })}
      </ol>
    </Panel>
  </div>
);

/** One message: what it says, to whom, and what became of it. */
export const Message = () => {
  const { id } = useParams({ from: "/shell/messages/$id" });
  const query = useQuery(messageQuery(id));
  const message = query.data;
  return (
    <>
      <PageHeader
        title={message ? (message.subject ?? message.template) : "Message"}
        back={{ to: "/messages", label: "Messages" }}
        description={message ? `${sentence(message.channel)} to ${message.to ?? message.user}` : " "}
        {...(message ? { mark: <StatusBadge status={message.status} /> } : {})}
      />
      <Shown
        query={query}
        loading={
          <div className={user["columns"]}>
            <LoadingPanel height={360} />
            <LoadingPanel height={520} />
          </div>
        }
      >
        {(shown) => (
          <div className={user["columns"]}>
            <Side message={shown} />
            <MessageBody content={shown.content} status={shown.status} />
          </div>
        )}
      </Shown>
    </>
  );
};
