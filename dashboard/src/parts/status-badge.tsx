import { sentence } from "../format/text.ts";
import { toneOf, type Tone } from "../format/status.ts";
import classes from "./parts.module.css";

/** A state as a word with a dot; the colour only repeats what the word says. */
export const StatusBadge = ({ status, tone }: { readonly status: string; readonly tone?: Tone }) => (
  <span className={classes["badge"]} data-tone={tone ?? toneOf(status)}>
    {sentence(status)}
  </span>
);
