import { Skeleton, Stack } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { timelineQuery } from "../../api/queries.ts";
import type { TimelineItem, WireFact } from "../../api/types.ts";
import { describeEventRow } from "../../format/event.ts";
import { describeFact } from "../../format/fact.ts";
import { formatDay } from "../../format/time.ts";
import { MoreButton } from "../../parts/data-table.tsx";
import { Details } from "../../parts/details.tsx";
import { Empty } from "../../parts/empty.tsx";
import { FactWords, TimelineLine } from "../../parts/fact-line.tsx";
import { JsonView } from "../../parts/json-view.tsx";
import { Panel } from "../../parts/panel.tsx";
import parts from "../../parts/parts.module.css";
import { ProblemAlert } from "../../parts/problem-alert.tsx";

/** Facts that only repeat what the lines around them say better. */
const isNoise = (item: TimelineItem): boolean => {
  if (item.type === "event") return false;
  const { fact } = item;
  return (
    fact.kind === "user" || (fact.kind === "message" && fact.status === "claimed") || (fact.kind === "step-left" && fact.path === undefined)
  );
};

const FactItem = ({ fact }: { readonly fact: WireFact }) => {
  const words = <FactWords fact={describeFact(fact)} />;
  return fact.kind === "message" ? (
    <Link to="/messages/$id" params={{ id: fact.message }} className={parts["quietLink"] ?? ""}>
      {words}
    </Link>
  ) : (
    words
  );
};

const Line = ({ item }: { readonly item: TimelineItem }) => {
  if (item.type === "fact") {
    const { sign, tone } = describeFact(item.fact);
    return (
      <TimelineLine at={item.at} sign={sign} tone={tone}>
        <FactItem fact={item.fact} />
      </TimelineLine>
    );
  }
  const { title, body } = describeEventRow(item.event);
  return (
    <TimelineLine at={item.at} sign="event" tone="calm">
      <strong style={{ fontWeight: 600 }}>{title}</strong>
      {body !== undefined && (
        <Details className={parts["details"]} summary="Details">
          {() => <JsonView value={body} label={`Details of ${title}`} />}
        </Details>
      )}
    </TimelineLine>
  );
};

/** Lines under the day they belong to, newest first as they come. */
const byDay = (items: readonly TimelineItem[]): readonly (readonly [day: string, items: readonly TimelineItem[]])[] => {
  const days = new Map<string, TimelineItem[]>();
  for (const item of items) {
    const day = formatDay(item.at);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days];
};

/** Everything that happened to a user: events and decisions with their reasons. */
export const UserTimeline = ({ id, anonymous }: { readonly id: string; readonly anonymous: boolean }) => {
  const query = useInfiniteQuery({ ...timelineQuery(id, anonymous), refetchInterval: 5000 });
  const items = query.data?.pages.flatMap((page) => page.items).filter((item) => !isNoise(item));
  if (!items) {
    if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
    return (
      <Stack gap="xs" aria-busy="true" aria-label="Loading">
        {Array.from({ length: 8 }, (_, index) => (
          <Skeleton key={index} height={36} radius="md" />
        ))}
      </Stack>
    );
  }
  return (
    <Panel flush>
      {items.length === 0 && <Empty icon={IconHistory} title="Nothing happened yet" />}
      {byDay(items).map(([day, lines]) => (
        <section key={day} aria-label={day}>
          <div className={parts["timelineDay"]}>{day}</div>
          <ol className={parts["timeline"]}>
            {lines.map((item) => (
              <Line key={item.type === "fact" ? `fact ${item.number}` : item.event.id} item={item} />
            ))}
          </ol>
        </section>
      ))}
      <MoreButton query={query} />
    </Panel>
  );
};
