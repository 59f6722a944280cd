import { Text } from "@mantine/core";
import type { JourneyView, Statistics } from "../../api/types.ts";
import { describeCondition, describeFrequency, describeTrigger } from "../../format/condition.ts";
import { formatCount } from "../../format/count.ts";
import { describeEnding } from "../../format/ending.ts";
import { describeReached, shares } from "../../format/statistics.ts";
import { sentence } from "../../format/text.ts";
import { formatDuration } from "../../format/time.ts";
import { Fields } from "../../parts/fields.tsx";
import { Panel } from "../../parts/panel.tsx";
import classes from "./journey.module.css";

/** Counts by name as bars, largest first. */
const Bars = ({
  counts,
  none,
  nameOf = sentence,
}: {
  readonly counts: Readonly<Record<string, number>>;
  readonly none: string;
  readonly nameOf?: (name: string) => string;
}) => {
  const lines = shares(counts);
  if (lines.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <ul className={classes["bars"]}>
      {lines.map(({ name, n, percent }) => (
        <li key={name}>
          <div className={classes["barLine"]}>
            <span>{nameOf(name)}</span>
            <span className={classes["number"]}>{formatCount(n)}</span>
          </div>
          <div className={classes["bar"]} aria-hidden>
            <i style={{ width: `${percent}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
};

/** Who enters, how often, who leaves early, what counts as success; and how runs ended. */
export const JourneyRules = ({ journey, statistics }: { readonly journey: JourneyView; readonly statistics: Statistics | undefined }) => (
  <div className={classes["rules"]}>
    <Panel title="Rules">
      <Fields
        items={[
          ["Starts", describeTrigger(journey.trigger)],
          ["Only for", journey.audience && describeCondition(journey.audience)],
          ["Frequency", describeFrequency(journey.frequency)],
          ["Exit at once", journey.exit && describeCondition(journey.exit)],
          ...(journey.goals ?? []).map((goal) => {
            const window = goal.within === undefined ? "" : `, within ${formatDuration(goal.within)}`;
            const reached = statistics ? describeReached(statistics.goals[goal.key]) : "";
            return [`Goal “${goal.name ?? goal.key}”`, `${describeCondition(goal.condition)}${window}${reached}`] as const;
          }),
        ]}
      />
    </Panel>
    <Panel title="How runs ended">
      <Bars counts={statistics?.ended ?? {}} none="No run has ended yet." nameOf={describeEnding} />
    </Panel>
    {statistics && Object.keys(statistics.refused).length > 0 && (
      <Panel title="Not entered, and why">
        <Bars counts={statistics.refused} none="Nobody was refused." />
      </Panel>
    )}
  </div>
);
