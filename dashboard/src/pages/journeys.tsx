import { IconRoute } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { journeysQuery } from "../api/queries.ts";
import type { JourneySummary } from "../api/types.ts";
import { formatCount } from "../format/count.ts";
import { Ago } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { RowLink } from "../parts/row-text.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";

const columns: readonly Column<JourneySummary>[] = [
  {
    header: "Journey",
    cell: (journey) => (
      <RowLink link={{ to: "/journeys/$key", params: { key: journey.key } }} sub={journey.description ?? journey.key}>
        {journey.name}
      </RowLink>
    ),
  },
  { header: "Status", width: 112, cell: ({ status }) => <StatusBadge status={status} /> },
  { header: "Entered", width: 100, end: true, from: "wide", cell: ({ counts }) => formatCount(counts.started) },
  { header: "Inside now", width: 110, end: true, from: "wide", cell: ({ counts }) => formatCount(counts.live) },
  { header: "Left", width: 90, end: true, from: "wider", cell: ({ counts }) => formatCount(counts.ended) },
  { header: "Version", width: 90, end: true, from: "wider", cell: ({ version }) => (version === 0 ? "–" : version) },
  { header: "Changed", width: 140, from: "wide", cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
];

/** All journeys with how they stand. */
export const Journeys = () => (
  <>
    <PageHeader title="Journeys" description="What happens to users, step by step." />
    <DataTable
      label="Journeys"
      columns={columns}
      rowKey={({ key }) => key}
      query={useInfiniteQuery({ ...journeysQuery, refetchInterval: 5000 })}
      empty={
        <Empty icon={IconRoute} title="No journeys yet">
          A journey is a definition in JSON, sent with PUT /api/journeys/your-key and then published. The demo (npm run demo) installs two.
        </Empty>
      }
    />
  </>
);
