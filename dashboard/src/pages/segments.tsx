import { IconUsersGroup } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { segmentsQuery } from "../api/queries.ts";
import type { SegmentView } from "../api/types.ts";
import { describeCondition } from "../format/condition.ts";
import { formatMembers } from "../format/count.ts";
import { Ago } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Cut, RowLink } from "../parts/row-text.tsx";

const columns: readonly Column<SegmentView>[] = [
  {
    header: "Segment",
    cell: (segment) => (
      <RowLink link={{ to: "/segments/$key", params: { key: segment.key } }} sub={segment.key}>
        {segment.name}
      </RowLink>
    ),
  },
  {
    header: "Who is in it",
    from: "wide",
    width: "44%",
    cell: ({ condition, kind }) => <Cut quiet>{kind === "manual" ? "added by hand" : describeCondition(condition)}</Cut>,
  },
  { header: "Members", width: 100, end: true, cell: ({ members }) => formatMembers(members) },
  { header: "Changed", width: 140, from: "wider", cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
];

/** All segments with how many users are in them. */
export const Segments = () => (
  <>
    <PageHeader title="Segments" description="Groups that users enter and leave by what they do, the moment they do it." />
    <DataTable
      label="Segments"
      columns={columns}
      rowKey={({ key }) => key}
      query={useInfiniteQuery(segmentsQuery)}
      empty={
        <Empty icon={IconUsersGroup} title="No segments yet">
          A segment is a definition in JSON, sent with PUT /api/segments/your-key; it is live at once.
        </Empty>
      }
    />
  </>
);
