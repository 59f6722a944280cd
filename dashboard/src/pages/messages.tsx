import { NativeSelect } from "@mantine/core";
import { IconFilterOff, IconMail } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { messageStatuses } from "../../../src/domain/message/message.ts";
import { messagesQuery } from "../api/queries.ts";
import { channelName, channels } from "../format/channel.ts";
import { sentence } from "../format/text.ts";
import { DataTable } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { messageColumns } from "./message/message-columns.tsx";

const statuses = [
  { value: "", label: "Any status" },
  { value: "dead", label: "Dead letters" },
  ...messageStatuses.map((value) => ({ value, label: sentence(value) })),
];
const channelOptions = [{ value: "", label: "Any channel" }, ...channels.map((value) => ({ value, label: channelName(value) }))];

/** All messages, newest first. */
export const Messages = () => {
  const filter = useSearch({ from: "/shell/messages" });
  const navigate = useNavigate();
  const query = useInfiniteQuery({ ...messagesQuery(filter), refetchInterval: 5000 });
  const filtered = filter.status !== undefined || filter.channel !== undefined;
  const change = (next: { readonly status?: string; readonly channel?: string }) => {
    const given = Object.entries({ ...filter, ...next }).filter(([, value]) => value !== "");
    void navigate({ to: "/messages", search: Object.fromEntries(given), replace: true });
  };
  return (
    <>
      <PageHeader
        title="Messages"
        description="Everything that was sent, is about to be, or was not, and why."
        actions={
          <>
            <NativeSelect
              aria-label="Status"
              data={statuses}
              value={filter.status ?? ""}
              onChange={(event) => change({ status: event.currentTarget.value })}
            />
            <NativeSelect
              aria-label="Channel"
              data={channelOptions}
              value={filter.channel ?? ""}
              onChange={(event) => change({ channel: event.currentTarget.value })}
            />
          </>
        }
      />
      <DataTable
        label="Messages"
        columns={messageColumns}
        rowKey={({ id }) => id}
        query={query}
        empty={
          filtered ? (
            <Empty icon={IconFilterOff} title="No message is like that" />
          ) : (
            <Empty icon={IconMail} title="No messages yet">
              They appear here when a journey reaches a send step, or a call sends one.
            </Empty>
          )
        }
      />
    </>
  );
};
