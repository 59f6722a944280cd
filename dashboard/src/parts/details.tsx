import { useState, type ReactNode } from "react";

interface DetailsProps {
  readonly summary: ReactNode;
  readonly className?: string | undefined;
  readonly fresh?: boolean;
  /** Made only once it is opened: lists of hundreds stay light. */
  readonly children: () => ReactNode;
}

/** A native disclosure whose content is made when first opened. */
export const Details = ({ summary, className, fresh, children }: DetailsProps) => {
  const [opened, setOpened] = useState(false);
  return (
    <details className={className} data-fresh={fresh || undefined} onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {opened && children()}
    </details>
  );
};
