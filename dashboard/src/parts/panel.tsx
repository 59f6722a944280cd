import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./parts.module.css";

interface PanelProps {
  readonly title?: string;
  readonly side?: ReactNode;
  /** Content brings its own padding (tables, lists). */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A bordered surface with an optional heading. */
export const Panel = ({ title, side, flush, children }: PanelProps) => {
  const id = useId();
  return (
    <section className={classes["panel"]} {...(title === undefined ? {} : { "aria-labelledby": id })}>
      {title !== undefined && (
        <div className={classes["panelHead"]}>
          <Title order={2} id={id} size="0.9375rem">
            {title}
          </Title>
          {side}
        </div>
      )}
      <div className={flush ? classes["tableWrap"] : classes["panelBody"]}>{children}</div>
    </section>
  );
};
