import { Stack } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { membersQuery, segmentQuery } from "../api/queries.ts";
import type { Member } from "../api/types.ts";
import { describeCondition } from "../format/condition.ts";
import { formatMembers } from "../format/count.ts";
import { Ago } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { Fields } from "../parts/fields.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Panel } from "../parts/panel.tsx";
import parts from "../parts/parts.module.css";
import { Cut, RowLink } from "../parts/row-text.tsx";
import { Shown } from "../parts/shown.tsx";
import { userLink, userName, userRowKey } from "../parts/user-link.ts";

const columns: readonly Column<Member>[] = [
  {
    header: "User",
    cell: (user) => (
      <RowLink link={userLink(user)} sub={user.name ? user.email : undefined}>
        {userName(user)}
      </RowLink>
    ),
  },
  { header: "Id", from: "wide", cell: (user) => <Cut quiet>{user.id}</Cut> },
  { header: "Since", width: 140, cell: ({ since }) => <Ago at={since} /> },
];

/** One segment: its rule in words and in JSON, and who is in it. */
export const Segment = () => {
  const { key } = useParams({ from: "/shell/segments/$key" });
  const query = useQuery(segmentQuery(key));
  const members = useInfiniteQuery(membersQuery(key));
  return (
    <>
      <PageHeader
        title={query.data?.name ?? key}
        back={{ to: "/segments", label: "Segments" }}
        description={query.data?.description ?? key}
      />
      <Stack gap="lg">
        <Shown query={query} loading={<LoadingPanel height={142} />}>
          {({ condition, members, updatedAt, kind }) => (
            <Panel>
              <Fields
                items={[
                  ["Members", formatMembers(members)],
                  ["Who is in it", kind === "manual" ? "added by hand" : describeCondition(condition)],
                  ["Changed", <Ago key="ago" at={updatedAt} />],
                ]}
              />
              {condition !== undefined && (
                <details className={parts["details"]} style={{ marginTop: 12 }}>
                  <summary>As JSON</summary>
                  <JsonView value={condition} label="Condition as JSON" />
                </details>
              )}
            </Panel>
          )}
        </Shown>
        <DataTable
          label="Members"
          columns={columns}
          rowKey={userRowKey}
          query={members}
          empty={<Empty icon={IconUsersGroup} title="Nobody is in this segment now" />}
        />
      </Stack>
    </>
  );
};
