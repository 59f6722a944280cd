import { IconRoute } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { journeysQuery, statisticsQuery } from "../api/queries.ts";
import type { JourneySummary, Statistics } from "../api/types.ts";
import { formatCount } from "../format/count.ts";
import { Ago } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { RowLink } from "../parts/row-text.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";

/** One figure of a journey's statistics; a dash until it is known. */
const Figure = ({ journey, of }: { readonly journey: string; readonly of: (statistics: Statistics) => number }) => {
  const { data } = useQuery(statisticsQuery(journey));
  return <>{data ? formatCount(of(data)) : "–"}</>;
};

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

const columns: readonly Column<JourneySummary>[] = [
  { header: "Journey", cell: (journey) => <RowLink link={{ to: "/journeys/$key", params: { key: journey.key } }} sub={journey.description ?? journey.key}>{journey.name}</RowLink> },
  { header: "Status", width: 112, cell: ({ status }) => <StatusBadge status={status} /> },
  { header: "Entered", width: 100, end: true, from: "wide", cell: ({ key }) => <Figure journey={key} of={({ started }) => started} /> },
  { header: "Inside now", width: 110, end: true, from: "wide", cell: ({ key }) => <Figure journey={key} of={({ live }) => live} /> },
  { header: "Goals", width: 90, end: true, from: "wider", cell: ({ key }) => <Figure journey={key} of={({ goals }) => total(goals)} /> },
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
      query={useInfiniteQuery(journeysQuery)}
      empty={
        <Empty icon={IconRoute} title="No journeys yet">
          A journey is a definition in JSON, sent with PUT /api/journeys/your-key and then published. The demo (npm run demo) installs two.
        </Empty>
      }
    />
  </>
);
