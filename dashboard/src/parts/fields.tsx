import type { ReactNode } from "react";
import classes from "./parts.module.css";

/** Names and values, one pair a line; pairs without a value are left out. */
export const Fields = ({ items }: { readonly items: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className={classes["fields"]}>
    {items
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
