import { IconMail } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { userMessagesQuery } from "../../api/queries.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { Empty } from "../../parts/empty.tsx";
import { messageColumns } from "../message/message-columns.tsx";

/** What this user was sent, or would have been. */
export const UserMessages = ({ id, anonymous }: { readonly id: string; readonly anonymous: boolean }) => (
  <DataTable
    label="Messages to this user"
    columns={messageColumns.filter(({ header }) => header !== "To")}
    rowKey={(message) => message.id}
    query={useInfiniteQuery(userMessagesQuery(id, anonymous))}
    empty={<Empty icon={IconMail} title="No messages yet" />}
  />
);
