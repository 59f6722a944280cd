import { IconPlug } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { providersQuery } from "../../api/queries.ts";
import type { ProviderView } from "../../api/types.ts";
import { channelName } from "../../format/channel.ts";
import { DataTable, type Column } from "../../parts/data-table.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Cut } from "../../parts/row-text.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

const columns: readonly Column<ProviderView>[] = [
  {
    header: "Provider",
    cell: ({ key, type, paused }) => (
      <>
        <strong style={{ fontWeight: 550 }}>{key}</strong>
        <Cut quiet>{paused === null ? type : `${type}: ${paused.reason}`}</Cut>
      </>
    ),
  },
  {
    header: "Channel",
    width: 104,
    cell: ({ channel, default: isDefault }) => (
      <>
        {channelName(channel)}
        {isDefault === true && <Cut quiet>default</Cut>}
      </>
    ),
  },
  { header: "Webhook", from: "wide", width: "40%", cell: ({ webhookUrl }) => <Cut>{webhookUrl}</Cut> },
  { header: "State", width: 116, cell: ({ paused }) => <StatusBadge status={paused === null ? "live" : "paused"} /> },
];

/** What messages go out by. The webhook is the address to enter at the provider, for its reports. */
export const Providers = () => (
  <DataTable
    label="Providers"
    columns={columns}
    rowKey={({ key }) => key}
    query={useInfiniteQuery(providersQuery)}
    empty={<Empty icon={IconPlug} title="No providers" />}
  />
);
