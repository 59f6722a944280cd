import { useQuery } from "@tanstack/react-query";
import { refusedQuery } from "../../api/queries.ts";
import { formatClock, formatDateTime } from "../../format/time.ts";
import { sentence } from "../../format/text.ts";
import { Details } from "../../parts/details.tsx";
import { Panel } from "../../parts/panel.tsx";
import classes from "../live.module.css";

/** Items that were refused at the door, with the reason; nothing at all while there are none. */
export const Refused = () => {
  const items = useQuery(refusedQuery).data?.items;
  if (items === undefined || items.length === 0) return null;
  return (
    <Panel title="Refused" flush>
      {items.map(({ id, at, code, field, message, sample }) => (
        <Details
          key={id}
          className={classes["event"]}
          summary={
            <>
              <time dateTime={at} title={formatDateTime(at)} className={classes["time"]}>
                {formatClock(at)}
              </time>
              <span className={classes["type"]}>{field}</span>
              <span className={classes["name"]}>{message}</span>
              <span className={classes["user"]}>{sentence(code)}</span>
            </>
          }
        >
          {() => <pre className={classes["sample"]}>{sample}</pre>}
        </Details>
      ))}
    </Panel>
  );
};
