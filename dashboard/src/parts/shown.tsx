import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemAlert } from "./problem-alert.tsx";

interface ShownProps<T> {
  readonly query: UseQueryResult<T>;
  /** Of the same size as the content, so that nothing jumps. */
  readonly loading: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** The three states of a query. Data once shown stays while it is read again. */
export const Shown = <T,>({ query, loading, children }: ShownProps<T>) => {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div aria-busy="true" aria-label="Loading">
      {loading}
    </div>
  );
};
