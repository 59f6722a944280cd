import {
  IconBan,
  IconBolt,
  IconClock,
  IconFlag,
  IconMail,
  IconRoute,
  IconShieldCheck,
  IconTag,
  IconUser,
  IconUsersGroup,
  type Icon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { FactSign, FactText } from "../format/fact.ts";
import type { Tone } from "../format/status.ts";
import { formatClock, formatDateTime, toMs, type Instant } from "../format/time.ts";
import classes from "./parts.module.css";

const icons: Readonly<Record<FactSign | "event", Icon>> = {
  user: IconUser,
  segment: IconUsersGroup,
  journey: IconRoute,
  wait: IconClock,
  goal: IconFlag,
  message: IconMail,
  tag: IconTag,
  refused: IconBan,
  consent: IconShieldCheck,
  event: IconBolt,
};

interface TimelineLineProps {
  readonly at: Instant;
  readonly sign: FactSign | "event";
  readonly tone: Tone;
  readonly children: ReactNode;
}

/** One line of a timeline: a sign, what happened, when. */
export const TimelineLine = ({ at, sign, tone, children }: TimelineLineProps) => {
  const SignIcon = icons[sign];
  return (
    <li className={classes["timelineItem"]}>
      <span className={`${classes["badge"]} ${classes["dot"]}`} data-tone={tone} data-plain aria-hidden>
        <SignIcon size={15} stroke={1.8} />
      </span>
      <div className={classes["timelineText"]}>{children}</div>
      <time className={classes["timelineTime"]} dateTime={new Date(toMs(at)).toISOString()} title={formatDateTime(at)}>
        {formatClock(at)}
      </time>
    </li>
  );
};

/** A fact's words with its reason under them. */
export const FactWords = ({ fact }: { readonly fact: FactText }) => (
  <>
    {fact.title}
    {fact.because !== undefined && <div className={classes["because"]}>{fact.because}</div>}
  </>
);
