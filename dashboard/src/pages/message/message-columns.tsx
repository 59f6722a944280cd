import type { MessageSummary } from "../../api/types.ts";
import { channelName } from "../../format/channel.ts";
import { messageTitle } from "../../format/message.ts";
import { recipientOf } from "../../format/recipient.ts";
import { sentence } from "../../format/text.ts";
import { Ago } from "../../parts/ago.tsx";
import type { Column } from "../../parts/data-table.tsx";
import { Cut, Narrow, RowLink } from "../../parts/row-text.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

/** Columns of every list of messages. */
export const messageColumns: readonly Column<MessageSummary>[] = [
  {
    header: "Message",
    cell: (message) => (
      <RowLink
        link={{ to: "/messages/$id", params: { id: message.id } }}
        sub={
          message.reason ?? (
            <>
              <Narrow>{recipientOf(message)} · </Narrow>
              {[channelName(message.channel), message.template].filter((words) => words !== "").join(" · ")}
            </>
          )
        }
      >
        {messageTitle(message)}
      </RowLink>
    ),
  },
  {
    header: "To",
    from: "wide",
    width: "24%",
    cell: (message) => <Cut quiet>{message.channel === "push" ? sentence(recipientOf(message)) : recipientOf(message)}</Cut>,
  },
  { header: "Journey", from: "wider", width: "16%", cell: (message) => <Cut quiet>{message.journey ?? "—"}</Cut> },
  { header: "Status", width: 148, cell: (message) => <StatusBadge status={message.status} /> },
  { header: "Created", from: "wide", width: 140, cell: (message) => <Ago at={message.createdAt} /> },
];
