import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { messageQuery } from "../api/queries.ts";
import { channelName } from "../format/channel.ts";
import { messageTitle, statusNotes } from "../format/message.ts";
import { recipientOf } from "../format/recipient.ts";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Shown } from "../parts/shown.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { MessageBody } from "./message/message-body.tsx";
import { MessageReplay } from "./message/message-replay.tsx";
import { MessageSide } from "./message/message-side.tsx";
import user from "./user/user.module.css";

/** What the status means, where its word does not say it. */
const note = (status: string): string => (statusNotes[status] === undefined ? "" : `. ${statusNotes[status]}`);

/** One message: what it says, to whom, and what became of it. */
export const Message = () => {
  const { id } = useParams({ from: "/shell/messages/$id" });
  const query = useQuery(messageQuery(id));
  const message = query.data;
  return (
    <>
      <PageHeader
        title={message ? messageTitle(message) : "Message"}
        back={{ to: "/messages", label: "Messages" }}
        description={message ? `${channelName(message.channel)} to ${recipientOf(message)}${note(message.status)}` : " "}
        {...(message ? { mark: <StatusBadge status={message.status} /> } : {})}
        {...(message?.deadLetter ? { actions: <MessageReplay id={message.id} mayBeOut={message.deadLetter.mayBeOut} /> } : {})}
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
            <MessageSide message={shown} />
            <MessageBody content={shown.content} status={shown.status} />
          </div>
        )}
      </Shown>
    </>
  );
};
