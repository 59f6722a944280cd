import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import classes from "./parts.module.css";

/** First cell of a row: the link (it covers the whole row) and a quiet second line. */
export const RowLink = ({ link, sub, children }: { readonly link: LinkProps; readonly sub?: ReactNode; readonly children: ReactNode }) => (
  <>
    <Link {...link} className={classes["rowLink"] ?? ""}>
      {children}
    </Link>
    {sub !== undefined && sub !== "" && <div className={classes["sub"]}>{sub}</div>}
  </>
);

/** One line that is cut where the column ends; the whole text on hover. */
export const Cut = ({ children, quiet }: { readonly children: string; readonly quiet?: boolean }) => (
  <div className={quiet ? classes["sub"] : classes["cut"]} title={children}>
    {children}
  </div>
);

/** Words that only a narrow screen needs: there the column that says them is gone. */
export const Narrow = ({ children }: { readonly children: ReactNode }) => <span className={classes["narrow"]}>{children}</span>;
