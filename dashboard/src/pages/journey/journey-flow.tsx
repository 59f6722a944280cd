import { IconArrowsSplit2, IconClock, IconDoorExit, IconMail, IconPuzzle, IconTag, type Icon } from "@tabler/icons-react";
import { useMemo } from "react";
import type { JourneyView, Statistics } from "../../api/types.ts";
import { graphOf } from "../../flow/graph.ts";
import { layoutFlow, type LayoutSizes, type PlacedEdge } from "../../flow/layout.ts";
import { cornerPath, curvePath } from "../../flow/path.ts";
import type { Loose } from "../../format/condition.ts";
import { formatCount } from "../../format/count.ts";
import { messageFigures } from "../../format/statistics.ts";
import { describeStep, stepTitle } from "../../format/step.ts";
import { Panel } from "../../parts/panel.tsx";
import classes from "./journey.module.css";

const sizes: LayoutSizes = { nodeWidth: 244, nodeHeight: 94, gapX: 28, gapY: 56 };

const icons: Readonly<Record<string, Icon>> = { send: IconMail, wait: IconClock, branch: IconArrowsSplit2, tag: IconTag, exit: IconDoorExit };

type StepFigures = Statistics["steps"][string];

const Count = ({ n, word, bad }: { readonly n: number; readonly word: string; readonly bad?: boolean }) => (
  <span {...(bad && n > 0 ? { "data-tone": "bad" } : {})}>
    <b>{formatCount(n)}</b> {word}
  </span>
);

/** What a step did, on one line: messages for a send, else who came, is here, went on. */
const StepCounts = ({ step, figures }: { readonly step: Loose; readonly figures: StepFigures | undefined }) => {
  const { entered = 0, waiting = 0, left = 0 } = figures ?? {};
  const messages = messageFigures(figures?.messages ?? {});
  const title = `${entered} entered, ${waiting} here now, ${left} left`;
  return (
    <div className={classes["counts"]} title={title}>
      {step["type"] === "send" ? (
        <>
          <Count n={messages.sent} word="sent" />
          {messages.skipped > 0 && <Count n={messages.skipped} word="skipped" />}
          {messages.failed > 0 && <Count n={messages.failed} word="failed" bad />}
          {waiting > 0 && <Count n={waiting} word="here" />}
        </>
      ) : (
        <>
          <Count n={entered} word="entered" />
          {step["type"] !== "exit" && <Count n={waiting} word="here" />}
          {step["type"] !== "exit" && <Count n={left} word="left" />}
        </>
      )}
    </div>
  );
};

/** Where an edge's label stands: right above the step it leads to, so that labels of one branch do not meet. */
const labelPlace = ({ points, back }: PlacedEdge): { readonly left: number; readonly top: number } => {
  const last = points.at(-1) ?? { x: 0, y: 0 };
  const corner = points[1] ?? last;
  return back ? { left: corner.x, top: (corner.y + last.y) / 2 } : { left: points[1]?.x ?? last.x, top: (points[1]?.y ?? last.y) - 20 };
};

/** The journey from top to bottom. A list for screen readers, a graph for eyes. */
export const JourneyFlow = ({ journey, statistics }: { readonly journey: JourneyView; readonly statistics: Statistics | undefined }) => {
  const { graph, layout } = useMemo(() => {
    const made = graphOf(journey.start, journey.steps);
    return { graph: made, layout: layoutFlow(made, sizes) };
  }, [journey]);
  const waysFrom = (key: string) => graph.edges.filter(({ from }) => from === key).map(({ to, label }) => `${label === undefined ? "then" : `${label}:`} ${stepTitle(to, journey.steps[to] ?? {})}`);
  return (
    <Panel title="Flow" flush>
      <div className={classes["canvas"]} tabIndex={0} role="group" aria-label="Steps of the journey">
        <div className={classes["flow"]} style={{ width: layout.width, height: layout.height }}>
          <svg width={layout.width} height={layout.height} aria-hidden>
            <defs>
              <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                <path d="M0 0L8 4L0 8z" className={classes["arrow"]} />
              </marker>
            </defs>
            {layout.edges.map((edge, index) => (
              <path key={index} d={edge.back ? cornerPath(edge.points) : curvePath(edge.points)} className={classes["edge"]} markerEnd="url(#arrow)" />
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
              const step = journey.steps[key] ?? {};
              const StepIcon = icons[String(step["type"])] ?? IconPuzzle;
              return (
                <li
                  key={key}
                  className={classes["node"]}
                  style={{ left: x - sizes.nodeWidth / 2, top: y, width: sizes.nodeWidth, height: sizes.nodeHeight }}
                  data-start={key === journey.start || undefined}
                  aria-label={[stepTitle(key, step), describeStep(step), ...waysFrom(key)].join(", ")}
                >
                  <div className={classes["nodeHead"]}>
                    <span className={classes["nodeIcon"]} data-type={step["type"]} aria-hidden>
                      <StepIcon size={17} stroke={1.7} />
                    </span>
                    <div style={{ minWidth: 0 }}>
                      <div className={classes["nodeTitle"]} title={key}>
                        {stepTitle(key, step)}
                      </div>
                      <div className={classes["nodeSub"]}>{describeStep(step)}</div>
                    </div>
                  </div>
                  <StepCounts step={step} figures={statistics?.steps[key]} />
                </li>
              );
            })}
          </ol>
        </div>
      </div>
    </Panel>
  );
};
