import { IconPlug } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { providersQuery, providerTypesQuery } from "../../api/queries.ts";
import type { ProviderType, ProviderView } from "../../api/types.ts";
import { channelName } from "../../format/channel.ts";
import { DataTable, type Column } from "../../parts/data-table.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Cut } from "../../parts/row-text.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

const columnsBy = (types: ReadonlyMap<string, ProviderType>): readonly Column<ProviderView>[] => [
  {
    header: "Provider",
    cell: ({ key, type, paused }) => (
      <>
        <strong style={{ fontWeight: 550 }}>{key}</strong>
        <Cut quiet>{[types.get(type)?.title ?? type, ...(paused === null ? [] : [paused.reason])].join(": ")}</Cut>
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
  {
    header: "Webhook",
    from: "wide",
    width: "40%",
    cell: ({ type, webhookUrl }) => <Cut quiet>{types.get(type)?.webhook === true ? webhookUrl : "—"}</Cut>,
  },
  { header: "State", width: 116, cell: ({ paused }) => <StatusBadge status={paused === null ? "live" : "paused"} /> },
];

/** What messages go out by. The webhook is the address to enter at the provider, for its reports; some make none. */
export const Providers = () => {
  const providers = useInfiniteQuery(providersQuery);
  const types = useQuery(providerTypesQuery);
  const byType = new Map(types.data?.items.map((type) => [type.type, type] as const));
  return (
    <DataTable
      label="Providers"
      columns={columnsBy(byType)}
      rowKey={({ key }) => key}
      query={providers}
      empty={<Empty icon={IconPlug} title="No providers" />}
    />
  );
};
