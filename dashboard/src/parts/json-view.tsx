import classes from "./parts.module.css";

/** JSON as text, wrapped and scrollable. */
export const JsonView = ({ value, label }: { readonly value: unknown; readonly label: string }) => (
  <pre className={classes["json"]} tabIndex={0} aria-label={label}>
    {JSON.stringify(value, null, 2)}
  </pre>
);
