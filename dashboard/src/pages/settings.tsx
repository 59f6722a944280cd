import { Stack } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { keysQuery, workspaceQuery } from "../api/queries.ts";
import type { KeyView } from "../api/types.ts";
import { Ago } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { Fields } from "../parts/fields.tsx";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Panel } from "../parts/panel.tsx";
import { Cut } from "../parts/row-text.tsx";
import { Shown } from "../parts/shown.tsx";
import { Providers } from "./settings/providers.tsx";

const kinds: Readonly<Record<string, string>> = {
  write: "Write key: sends events, may be public",
  api: "API key: for servers, keep it secret",
};

const columns: readonly Column<KeyView>[] = [
  {
    header: "Key",
    cell: ({ name, kind }) => (
      <>
        <strong style={{ fontWeight: 550 }}>{name}</strong>
        <Cut quiet>{kinds[kind] ?? kind}</Cut>
      </>
    ),
  },
  { header: "Begins with", width: 130, cell: ({ prefix }) => <code>{prefix}…</code> },
  { header: "Scopes", from: "wide", width: "22%", cell: ({ scopes }) => scopes.join(", ") },
  { header: "Made", from: "wide", width: 130, cell: ({ createdAt }) => <Ago at={createdAt} /> },
  { header: "Expires", from: "wider", width: 130, cell: ({ expiresAt }) => (expiresAt === null ? "never" : <Ago at={expiresAt} />) },
];

/** The workspace, its providers and its keys. Only what a key begins with is kept, so no key can be read here again. */
export const Settings = () => {
  const workspace = useQuery(workspaceQuery);
  const keys = useInfiniteQuery(keysQuery);
  return (
    <>
      <PageHeader title="Settings" />
      <Stack gap="lg">
        <Shown query={workspace} loading={<LoadingPanel height={176} />}>
          {({ id, name, timezone, dataCenter }) => (
            <Panel title="Workspace">
              <Fields
                items={[
                  ["Name", name],
                  ["Id", <code key="id">{id}</code>],
                  ["Time zone", timezone],
                  ["Data center", dataCenter],
                ]}
              />
            </Panel>
          )}
        </Shown>
        <Providers />
        <DataTable label="Keys" columns={columns} rowKey={({ id }) => id} query={keys} empty={<Empty icon={IconKey} title="No keys" />} />
      </Stack>
    </>
  );
};
