import {
  IconArrowsSplit2,
  IconBolt,
  IconClock,
  IconDoorEnter,
  IconDoorExit,
  IconGauge,
  IconHandStop,
  IconMail,
  IconMailQuestion,
  IconPencil,
  IconPercentage,
  IconPuzzle,
  IconRoute,
  IconStack2,
  IconTag,
  IconUsersGroup,
  IconWebhook,
  type Icon,
} from "@tabler/icons-react";
import { useLayoutEffect, useMemo, useRef } from "react";
import type { JourneyView, Statistics } from "../../api/types.ts";
import { graphOf } from "../../flow/graph.ts";
import { layoutFlow, type LayoutSizes, type PlacedEdge } from "../../flow/layout.ts";
import { cornerPath, curvePath } from "../../flow/path.ts";
import { describeTrigger, type Loose } from "../../format/condition.ts";
import { formatCompact } from "../../format/count.ts";
import { messageFigures, total } from "../../format/statistics.ts";
import { describeStep, stepTitle } from "../../format/step.ts";
import { scrollable } from "../../parts/scrollable.ts";
import { Panel } from "../../parts/panel.tsx";
import classes from "./journey.module.css";

const sizes: LayoutSizes = { nodeWidth: 268, nodeHeight: 98, gapX: 28, gapY: 62 };
/** As in the style sheet. */
const canvasPadding = 20;
/** Stands for the trigger, above the first step; no step can be called so. */
const entry = "(entry)";

const icons: Readonly<Record<string, Icon>> = {
  send: IconMail,
  wait: IconClock,
  "wait-until": IconClock,
  branch: IconArrowsSplit2,
  split: IconPercentage,
  "message-status": IconMailQuestion,
  update: IconPencil,
  segment: IconUsersGroup,
  event: IconBolt,
  webhook: IconWebhook,
  digest: IconStack2,
  throttle: IconGauge,
  holdout: IconHandStop,
  enter: IconRoute,
  tag: IconTag,
  exit: IconDoorExit,
  entry: IconDoorEnter,
};

type StepFigures = Statistics["steps"][string];

const Count = ({ n, word, bad }: { readonly n: number; readonly word: string; readonly bad?: boolean }) => (
  <span {...(bad && n > 0 ? { "data-tone": "bad" } : {})}>
    <b>{formatCompact(n)}</b> {word}
  </span>
);

/** How many users stand on a step now. */
const Here = ({ n }: { readonly n: number }) =>
  n === 0 ? null : (
    <span className={classes["here"]} title={`${n} on this step now`}>
      {formatCompact(n)} here
    </span>
  );

/** What a step did, on one line: messages for a send, else who came and whose run ended there (who went on, the next step counts). */
const StepCounts = ({ step, figures }: { readonly step: Loose; readonly figures: StepFigures | undefined }) => {
  const { entered = 0, waiting = 0, left = 0 } = figures ?? {};
  const messages = messageFigures(figures?.messages ?? {});
  const ended = total(figures?.ended ?? {});
  const title = `${entered} entered, ${waiting} here now, ${left - ended} went on, ${ended} ended here`;
  return (
    <div className={classes["counts"]} title={title}>
      {step["type"] === "send" ? (
        <>
          <Count n={messages.sent} word="sent" />
          {messages.skipped > 0 && <Count n={messages.skipped} word="skipped" />}
          {messages.failed > 0 && <Count n={messages.failed} word="failed" bad />}
        </>
      ) : (
        <>
          <Count n={entered} word="entered" />
          {step["type"] !== "exit" && ended > 0 && <Count n={ended} word="ended here" />}
        </>
      )}
    </div>
  );
};

const EntryCounts = ({ statistics }: { readonly statistics: Statistics | undefined }) => {
  const refused = total(statistics?.refused ?? {});
  return (
    <div className={classes["counts"]}>
      <Count n={statistics?.started ?? 0} word="entered" />
      {refused > 0 && <Count n={refused} word="not let in" />}
    </div>
  );
};

/** Where an edge's label stands: right above the step it leads to, so that labels of one branch do not meet. */
const labelPlace = ({ points, back }: PlacedEdge): { readonly left: number; readonly top: number } => {
  const last = points.at(-1) ?? { x: 0, y: 0 };
  const corner = points[1] ?? last;
  return back ? { left: corner.x, top: (corner.y + last.y) / 2 } : { left: points[1]?.x ?? last.x, top: (points[1]?.y ?? last.y) - 27 };
};

/** The journey from top to bottom. A list for screen readers, a graph for eyes. */
export const JourneyFlow = ({ journey, statistics }: { readonly journey: JourneyView; readonly statistics: Statistics | undefined }) => {
  const { steps, graph, layout } = useMemo(() => {
    const all: JourneyView["steps"] = { [entry]: { type: "entry", name: "Entry", next: journey.start }, ...journey.steps };
    const made = graphOf(entry, all);
    return { steps: all, graph: made, layout: layoutFlow(made, sizes) };
  }, [journey]);
  const canvas = useRef<HTMLDivElement>(null);
  const middle = layout.nodes[0]?.x ?? 0;
  useLayoutEffect(() => {
    // A flow wider than the screen opens with its beginning in the middle.
    if (canvas.current) canvas.current.scrollLeft = middle + canvasPadding - canvas.current.clientWidth / 2;
  }, [middle]);
  const waysFrom = (key: string) =>
    graph.edges
      .filter(({ from }) => from === key)
      .map(({ to, label }) => `${label === undefined ? "then" : `${label}:`} ${stepTitle(to, steps[to] ?? {})}`);
  return (
    <Panel title="Flow" flush>
      <section ref={canvas} className={classes["canvas"]} {...scrollable} aria-label="Steps of the journey">
        <div className={classes["flow"]} style={{ width: layout.width, height: layout.height }}>
          <svg width={layout.width} height={layout.height} aria-hidden>
            <defs>
              <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                <path d="M0 0L8 4L0 8z" className={classes["arrow"]} />
              </marker>
            </defs>
            {layout.edges.map((edge, index) => (
              <path
                key={index}
                d={edge.back ? cornerPath(edge.points) : curvePath(edge.points)}
                className={classes["edge"]}
                markerEnd="url(#arrow)"
              />
            ))}
          </svg>
          {layout.edges.map((edge, index) =>
            edge.label === undefined ? null : (
              <span key={index} className={classes["label"]} style={labelPlace(edge)} title={edge.label} aria-hidden>
                {edge.label}
              </span>
            ),
          )}
          <ol className={classes["nodes"]}>
            {layout.nodes.map(({ key, x, y }) => {
              const step = steps[key] ?? {};
              const about = key === entry ? describeTrigger(journey.trigger) : describeStep(step);
              const StepIcon = icons[String(step["type"])] ?? IconPuzzle;
              return (
                <li
                  key={key}
                  className={classes["node"]}
                  style={{ left: x - sizes.nodeWidth / 2, top: y, width: sizes.nodeWidth, height: sizes.nodeHeight }}
                  data-start={key === entry || undefined}
                  aria-label={[stepTitle(key, step), about, ...waysFrom(key)].join(", ")}
                >
                  <div className={classes["nodeHead"]}>
                    <span className={classes["nodeIcon"]} data-type={step["type"]} aria-hidden>
                      <StepIcon size={17} stroke={1.7} />
                    </span>
                    <div style={{ minWidth: 0 }}>
                      <div className={classes["nodeTitle"]} title={key === entry ? about : key}>
                        {stepTitle(key, step)}
                      </div>
                      <div className={classes["nodeSub"]}>{about}</div>
                    </div>
                    <Here n={key === entry ? 0 : (statistics?.steps[key]?.waiting ?? 0)} />
                  </div>
                  {key === entry ? <EntryCounts statistics={statistics} /> : <StepCounts step={step} figures={statistics?.steps[key]} />}
                </li>
              );
            })}
          </ol>
        </div>
      </section>
    </Panel>
  );
};
