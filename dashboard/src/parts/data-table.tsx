import { Button, Skeleton } from "@mantine/core";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { Key, ReactNode } from "react";
import type { Page } from "../api/types.ts";
import classes from "./parts.module.css";
import { ProblemAlert } from "./problem-alert.tsx";

export interface Column<T> {
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** CSS width; columns without one share the rest. */
  readonly width?: string | number;
  /** Left out on narrow (< 768 px) or middling (< 1024 px) screens. */
  readonly from?: "wide" | "wider";
  readonly end?: boolean;
}

interface DataTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => Key;
  readonly query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  readonly empty: ReactNode;
}

const loadingRows = Array.from({ length: 8 }, (_, index) => index);

/** A list along a cursor as a table; rows are links where the first cell holds a RowLink. */
export const DataTable = <T,>({ label, columns, rowKey, query, empty }: DataTableProps<T>) => {
  const rows = query.data?.pages.flatMap((page) => page.items);
  if (query.error && !rows) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  // A filtered page may be empty and still have a next one: then the button goes on looking.
  if (rows?.length === 0 && !query.hasNextPage) return <div className={classes["panel"]}>{empty}</div>;
  const cellClass = (column: Column<T>) => [column.from && classes[column.from], column.end && classes["end"]].filter(Boolean).join(" ");
  return (
    <div className={`${classes["panel"]} ${classes["tableWrap"]}`} aria-busy={rows === undefined}>
      <table className={classes["table"]} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.header} scope="col" className={cellClass(column)} style={{ width: column.width }}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? loadingRows.map((index) => (
                <tr key={index}>
                  {columns.map((column, at) => (
                    <td key={column.header} className={cellClass(column)}>
                      <Skeleton height={12} width={at === 0 ? `${45 + ((index * 17) % 40)}%` : "60%"} display="inline-block" />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <tr key={rowKey(row)} className={classes["row"]}>
                  {columns.map((column) => (
                    <td key={column.header} className={cellClass(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
      <MoreButton query={query} />
    </div>
  );
};

/** Reads the next page of a list; takes no room when there is none. */
export const MoreButton = <T,>({ query }: { readonly query: UseInfiniteQueryResult<InfiniteData<Page<T>>> }) =>
  query.hasNextPage ? (
    <div className={classes["foot"]}>
      <Button variant="subtle" size="compact-md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        Show more
      </Button>
    </div>
  ) : null;
