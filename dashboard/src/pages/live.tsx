import { Button, NativeSelect, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconActivity, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { liveEventsQuery } from "../api/queries.ts";
import type { LoggedEvent } from "../api/types.ts";
import { describeEventRow } from "../format/event.ts";
import { formatClock, formatDateTime, toMs } from "../format/time.ts";
import { Details } from "../parts/details.tsx";
import { Empty } from "../parts/empty.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Panel } from "../parts/panel.tsx";
import parts from "../parts/parts.module.css";
import { ProblemAlert } from "../parts/problem-alert.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { idText, userLink } from "../parts/user-link.ts";
import classes from "./live.module.css";
import { Refused } from "./live/refused.tsx";

const types = [
  { value: "", label: "Any call" },
  ...["track", "identify", "page", "screen", "group", "alias"].map((value) => ({ value, label: value })),
];

const EventLine = ({ event, fresh }: { readonly event: LoggedEvent; readonly fresh: boolean }) => {
  const user = { id: event.user, anonymous: event.anonymous };
  return (
    <Details
      className={classes["event"]}
      fresh={fresh}
      summary={
        <>
          <time dateTime={event.time} title={formatDateTime(event.time)} className={classes["time"]}>
            {formatClock(event.time)}
          </time>
          <span className={classes["type"]}>{event.type}</span>
          <span className={classes["name"]}>{describeEventRow(event.body).title}</span>
          <span className={classes["user"]}>{idText(user)}</span>
        </>
      }
    >
      {() => (
        <div className={classes["body"]}>
          <Link {...userLink(user)} className={parts["inline"] ?? ""}>
            Open the user
          </Link>
          <JsonView value={event.body} label="Event as JSON" />
        </div>
      )}
    </Details>
  );
};

/** Events as they arrive, newest first. */
export const Live = () => {
  // Only what arrives while one looks is lit up.
  const [opened] = useState(() => Date.now());
  const [running, setRunning] = useState(true);
  const [type, setType] = useState("");
  const [name, setName] = useState("");
  const [wanted] = useDebouncedValue(name.trim(), 300);
  const query = useQuery(liveEventsQuery({ type, name: wanted }, running));
  const events = query.data?.items;
  return (
    <>
      <PageHeader
        title="Live events"
        mark={<StatusBadge status={running ? "live" : "paused"} />}
        description="What your apps send, as it arrives."
        actions={
          <>
            <NativeSelect
              aria-label="Type of call"
              data={types}
              value={type}
              onChange={(event) => setType(event.currentTarget.value)}
              w={120}
            />
            <TextInput
              aria-label="Name of the event"
              placeholder="Event name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              w={170}
            />
            <Button
              variant="default"
              onClick={() => setRunning(!running)}
              leftSection={running ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
            >
              {running ? "Pause" : "Go on"}
            </Button>
          </>
        }
      />
      <Stack>
        {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        {(events || !query.error) && (
          <Panel flush>
            {!events &&
              Array.from({ length: 10 }, (_, index) => (
                <Skeleton key={index} height={14} my={13} mx={16} width={`${40 + ((index * 23) % 50)}%`} />
              ))}
            {events?.length === 0 && (
              <Empty icon={IconActivity} title={type || wanted ? "No event is like that" : "No events yet"}>
                {type || wanted ? "Names are compared exactly." : "Send one with your write key; it appears here within seconds."}
              </Empty>
            )}
            {events?.map((event) => (
              <EventLine
                key={`${event.id} ${event.time} ${event.anonymous} ${event.user}`}
                event={event}
                fresh={toMs(event.body.receivedAt) > opened}
              />
            ))}
          </Panel>
        )}
        <Refused />
      </Stack>
    </>
  );
};
