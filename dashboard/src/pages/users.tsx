import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { usersQuery } from "../api/queries.ts";
import type { UserSummary } from "../api/types.ts";
import { Ago, DaysAgo } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Cut, RowLink } from "../parts/row-text.tsx";
import { userLink, userName, userRowKey } from "../parts/user-link.ts";

const columns: readonly Column<UserSummary>[] = [
  {
    header: "User",
    cell: (user) => (
      <RowLink link={userLink(user)} sub={user.name ? user.email : undefined}>
        {userName(user)}
      </RowLink>
    ),
  },
  { header: "Id", from: "wide", cell: (user) => <Cut quiet>{user.id}</Cut> },
  { header: "Phone", from: "wider", width: 160, cell: (user) => <Cut quiet>{user.phone ?? ""}</Cut> },
  { header: "First seen", from: "wider", width: 150, cell: (user) => <Ago at={user.createdAt} /> },
  { header: "Last seen", width: 140, cell: (user) => <DaysAgo at={user.lastSeenAt} /> },
];

/** All users, searched by id or e-mail. */
export const Users = () => {
  const { search = "" } = useSearch({ from: "/shell/users" });
  const [typed, setTyped] = useState(search);
  const navigate = useNavigate();
  const query = useInfiniteQuery(usersQuery(search));
  const apply = useDebouncedCallback(
    (value: string) => void navigate({ to: "/users", search: value.trim() === "" ? {} : { search: value.trim() }, replace: true }),
    250,
  );
  return (
    <>
      <PageHeader
        title="Users"
        description="Everyone your apps have told Tern about."
        actions={
          <TextInput
            type="search"
            w={{ base: "100%", xs: 280 }}
            placeholder="Id or e-mail begins with…"
            aria-label="Search users by id or e-mail"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              apply(event.currentTarget.value);
            }}
          />
        }
      />
      <DataTable
        label="Users"
        columns={columns}
        rowKey={userRowKey}
        query={query}
        empty={
          search === "" ? (
            <Empty icon={IconUsers} title="No users yet">
              They appear here with the first event that names them. Send one with the write key from the settings.
            </Empty>
          ) : (
            <Empty icon={IconSearch} title={`Nobody found for “${search}”`}>
              The search looks at the beginning of ids and e-mail addresses.
            </Empty>
          )
        }
      />
    </>
  );
};
