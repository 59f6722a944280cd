import { Skeleton } from "@mantine/core";
import type { JourneyView, Statistics } from "../../api/types.ts";
import { formatCount } from "../../format/count.ts";
import { goalsReached, sumMessages, total } from "../../format/statistics.ts";
import classes from "./journey.module.css";

/** The journey in a line of figures. Space is kept while they are read. */
export const JourneyFigures = ({ statistics, journey }: { readonly statistics: Statistics | undefined; readonly journey: JourneyView }) => {
  const sends = Object.values(journey.steps).some(({ type }) => type === "send");
  const messages = statistics && sumMessages(statistics);
  const figures: readonly (readonly [name: string, value: number | undefined])[] = [
    ["Entered", statistics?.started],
    ["Inside now", statistics?.live],
    ["Left", statistics && total(statistics.ended)],
    ...(sends
      ? ([
          ["Messages sent", messages?.sent],
          ["Skipped", messages?.skipped],
          ["Failed", messages?.failed],
        ] as const)
      : []),
    ...((journey.goals?.length ?? 0) > 0 ? ([["Goals reached", statistics && goalsReached(statistics)]] as const) : []),
  ];
  return (
    <dl className={classes["figures"]} aria-label="Figures">
      {figures.map(([name, value]) => (
        <div key={name} className={classes["figure"]}>
          <dt>{name}</dt>
          <dd>{value === undefined ? <Skeleton height={20} width={48} my={4.5} /> : formatCount(value)}</dd>
        </div>
      ))}
    </dl>
  );
};
