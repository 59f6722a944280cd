import { scrollable } from "./scrollable.ts";
import classes from "./parts.module.css";

/** JSON as text, wrapped and scrollable. */
export const JsonView = ({ value, label }: { readonly value: unknown; readonly label: string }) => (
  <pre className={classes["json"]} {...scrollable} aria-label={label}>
    {JSON.stringify(value, null, 2)}
  </pre>
);
