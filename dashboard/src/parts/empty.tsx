import { Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./parts.module.css";

/** Nothing to show, and what would change that. */
export const Empty = ({ icon: Icon, title, children }: { readonly icon: Icon; readonly title: string; readonly children?: ReactNode }) => (
  <div className={classes["empty"]}>
    <div className={classes["emptyIcon"]} aria-hidden>
      <Icon size={22} stroke={1.6} />
    </div>
    <Text fw={600}>{title}</Text>
    {children !== undefined && (
      <Text size="sm" c="dimmed" maw={420}>
        {children}
      </Text>
    )}
  </div>
);
