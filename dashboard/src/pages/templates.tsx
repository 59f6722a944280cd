import { IconTemplate } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { templatesQuery } from "../api/queries.ts";
import type { TemplateView } from "../api/types.ts";
import { kindOf } from "../format/template.ts";
import { Ago } from "../parts/ago.tsx";
import { DataTable, type Column } from "../parts/data-table.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Cut, Narrow, RowLink } from "../parts/row-text.tsx";

const columns: readonly Column<TemplateView>[] = [
  {
    header: "Template",
    cell: (template) => (
      <RowLink
        link={{ to: "/templates/$key", params: { key: template.key } }}
        sub={
          <>
            <Narrow>{kindOf(template)} · </Narrow>
            {template.key}
          </>
        }
      >
        {template.name}
      </RowLink>
    ),
  },
  { header: "Kind", from: "wide", width: 150, cell: (template) => <Cut quiet>{kindOf(template)}</Cut> },
  { header: "Languages", from: "wide", width: 180, cell: ({ locales }) => <Cut quiet>{Object.keys(locales).join(", ")}</Cut> },
  { header: "Changed", width: 140, cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
];

/** All templates, layouts and partials. */
export const Templates = () => (
  <>
    <PageHeader title="Templates" description="What messages are made of. A change is live at once, for every message not yet rendered." />
    <DataTable
      label="Templates"
      columns={columns}
      rowKey={({ key }) => key}
      query={useInfiniteQuery(templatesQuery)}
      empty={
        <Empty icon={IconTemplate} title="No templates yet">
          A template is a definition in JSON, sent with PUT /api/templates/your-key; it is live at once.
        </Empty>
      }
    />
  </>
);
