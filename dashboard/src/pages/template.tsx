import { Button, CopyButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCheck, IconCopy, IconFileUnknown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { previewQuery, templateQuery } from "../api/queries.ts";
import type { TemplatePreview, TemplateView } from "../api/types.ts";
import { definitionOf, kindOf, readObject, sampleData, sizeText } from "../format/template.ts";
import { Ago } from "../parts/ago.tsx";
import { Empty } from "../parts/empty.tsx";
import { Fields } from "../parts/fields.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Panel } from "../parts/panel.tsx";
import { ProblemAlert } from "../parts/problem-alert.tsx";
import { Shown } from "../parts/shown.tsx";
import { ContentView } from "./message/message-body.tsx";
import { Findings } from "./template/findings.tsx";
import { OverForm, type Over } from "./template/over.tsx";
import classes from "./template/template.module.css";

const CopyJson = ({ value }: { readonly value: unknown }) => (
  <CopyButton value={JSON.stringify(value, null, 2)}>
    {({ copied, copy }) => (
      <Button size="compact-sm" variant="default" leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />} onClick={copy}>
        {copied ? "Copied" : "Copy"}
      </Button>
    )}
  </CopyButton>
);

const sizesOf = ({ sizes }: TemplatePreview): string | undefined => {
  if (sizes === null) return undefined;
  if (sizes.segments !== undefined) return `${sizes.segments} ${sizes.segments === 1 ? "segment" : "segments"} (${sizes.encoding ?? ""})`;
  return sizes.html === undefined ? sizeText(sizes.bytes) : `${sizeText(sizes.html)} of HTML, ${sizeText(sizes.text ?? 0)} of text`;
};

const About = ({ template, preview }: { readonly template: TemplateView; readonly preview: TemplatePreview | undefined }) => (
  <Panel title="Details">
    <Fields
      items={[
        ["Kind", kindOf(template)],
        ["Languages", Object.keys(template.locales).join(", ")],
        ["Default", template.defaultLocale],
        ["Shown in", preview?.locale],
        ["Size", preview && sizesOf(preview)],
        ["Changed", <Ago key="changed" at={template.updatedAt} />],
      ]}
    />
  </Panel>
);

/** Nobody in particular, with data that the template takes. */
const overOf = ({ variables }: TemplateView): Over => {
  const sample = sampleData(variables, new Date());
  return { user: "", locale: "", data: Object.keys(sample).length === 0 ? "" : JSON.stringify(sample, null, 2) };
};

const Shape = ({ template }: { readonly template: TemplateView }) => {
  const [over, setOver] = useState(() => overOf(template));
  const [settled] = useDebouncedValue(over, 300);
  const data = readObject(settled.data);
  const query = useQuery({
    ...previewQuery(template.key, {
      ...(settled.user.trim() !== "" && { user: { id: settled.user.trim() } }),
      ...(settled.locale !== "" && { locale: settled.locale }),
      ...(data.value !== undefined && { data: data.value }),
    }),
    enabled: data.problem === undefined,
  });
  const preview = query.data;
  return (
    <div className={classes["page"]}>
      <div className={classes["over"]}>
        <Panel title="Shown for">
          <OverForm over={over} locales={Object.keys(template.locales)} problem={readObject(over.data).problem} onChange={setOver} />
        </Panel>
      </div>
      <div className={`${classes["stage"]} ${query.isPlaceholderData ? classes["stale"] : ""}`}>
        {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        {preview?.content && <ContentView content={preview.content} />}
        {preview?.content === null && (
          <Panel>
            <Empty icon={IconFileUnknown} title="It cannot be shown">
              {preview.errors[0] ?? ""}
            </Empty>
          </Panel>
        )}
        {preview === undefined && !query.error && <LoadingPanel height={520} />}
      </div>
      <div className={classes["about"]}>
        {preview && <Findings preview={preview} />}
        <About template={template} preview={preview} />
        <Panel title="As JSON" side={<CopyJson value={definitionOf(template)} />}>
          <JsonView value={definitionOf(template)} label="Template as JSON" />
        </Panel>
      </div>
    </div>
  );
};

/** One template: as it would be sent, what should be changed in it, and its definition. */
export const Template = () => {
  const { key } = useParams({ from: "/shell/templates/$key" });
  const query = useQuery(templateQuery(key));
  const template = query.data;
  return (
    <>
      <PageHeader
        title={template?.name ?? key}
        back={{ to: "/templates", label: "Templates" }}
        description={template?.description ?? key}
      />
      <Shown query={query} loading={<LoadingPanel height={520} />}>
        {(shown) => <Shape key={shown.key} template={shown} />}
      </Shown>
    </>
  );
};
