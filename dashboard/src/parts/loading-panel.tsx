import { Skeleton } from "@mantine/core";
import classes from "./parts.module.css";

/** A panel as tall as what will stand in it, with a few grey lines. */
export const LoadingPanel = ({ height }: { readonly height: number }) => (
  <div className={classes["panel"]} style={{ height, padding: 16, overflow: "hidden" }}>
    {[30, 72, 58, 66, 44].map((width, index) => (
      <Skeleton key={width} height={12} width={`${width}%`} mb={index === 0 ? 24 : 16} />
    ))}
  </div>
);
