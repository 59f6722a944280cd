import { Text } from "@mantine/core";
import type { TemplatePreview } from "../../api/types.ts";
import { Panel } from "../../parts/panel.tsx";
import classes from "./template.module.css";

/** What would keep the message from being sent, and what should be changed in it. */
export const Findings = ({ preview }: { readonly preview: TemplatePreview }) => {
  const { errors, warnings } = preview;
  return (
    <Panel title="Findings">
      {errors.length + warnings.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing to be changed.
        </Text>
      ) : (
        <ul className={classes["findings"]}>
          {errors.map((message) => (
            <li key={message} data-tone="bad">
              <strong>Not sent like this</strong>
              <span>{message}</span>
            </li>
          ))}
          {warnings.map(({ path, message }) => (
            <li key={`${path} ${message}`} data-tone="warning">
              <code>{path}</code>
              <span>{message}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};
