import type { MessageView } from "../../api/types.ts";
import { Fields } from "../../parts/fields.tsx";
import { Panel } from "../../parts/panel.tsx";
import classes from "./message.module.css";

const withMachines = (people: number, machines: number): string =>
  machines === 0 ? `${people}` : `${people}, and ${machines} by machines`;

/** How often a message was opened and each of its links followed; machines (scanners, proxies) are counted apart. */
export const MessageFollowed = ({ followed }: { readonly followed: NonNullable<MessageView["followed"]> }) => (
  <Panel title="Opens and clicks">
    <Fields items={[["Opened", withMachines(followed.opens, followed.machineOpens)]]} />
    {followed.links.length > 0 && (
      <ul className={classes["links"]} aria-label="Clicks by link">
        {followed.links.map(({ url, clicks, machineClicks }) => (
          <li key={url}>
            <span className={classes["url"]}>{url}</span>
            <span>{withMachines(clicks, machineClicks)}</span>
          </li>
        ))}
      </ul>
    )}
  </Panel>
);
