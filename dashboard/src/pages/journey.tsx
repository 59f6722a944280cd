import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { journeyQuery, statisticsQuery } from "../api/queries.ts";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { ProblemAlert } from "../parts/problem-alert.tsx";
import { Shown } from "../parts/shown.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { JourneyActions } from "./journey/journey-actions.tsx";
import { JourneyFigures } from "./journey/journey-figures.tsx";
import { JourneyFlow } from "./journey/journey-flow.tsx";
import { JourneyRules } from "./journey/journey-rules.tsx";

const versionText = (version: number, changed: boolean): string =>
  version === 0 ? "never published" : `version ${version}${changed ? ", the draft has changes that are not published" : ""}`;

/** One journey: its figures, its flow with the counts of every step, its rules. */
export const Journey = () => {
  const { key } = useParams({ from: "/shell/journeys/$key" });
  const query = useQuery(journeyQuery(key));
  const statistics = useQuery(statisticsQuery(key));
  const journey = query.data;
  return (
    <>
      <PageHeader
        title={journey?.name ?? key}
        back={{ to: "/journeys", label: "Journeys" }}
        description={journey ? `${key} · ${versionText(journey.version, journey.changed)}` : key}
        {...(journey ? { mark: <StatusBadge status={journey.status} />, actions: <JourneyActions journey={journey} /> } : {})}
      />
      <Shown
        query={query}
        loading={
          <Stack gap="lg">
            <LoadingPanel height={76} />
            <LoadingPanel height={520} />
          </Stack>
        }
      >
        {(shown) => (
          <Stack gap="lg">
            {statistics.error && !statistics.data && <ProblemAlert error={statistics.error} onRetry={() => void statistics.refetch()} />}
            {shown.description && <Text size="sm">{shown.description}</Text>}
            <JourneyFigures statistics={statistics.data} journey={shown} />
            <JourneyFlow journey={shown} statistics={statistics.data} />
            <JourneyRules journey={shown} statistics={statistics.data} />
          </Stack>
        )}
      </Shown>
    </>
  );
};
