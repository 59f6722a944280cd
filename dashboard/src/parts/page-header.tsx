import { Group, Text, Title } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import classes from "./parts.module.css";

interface PageHeaderProps {
  readonly title: string;
  /** Beside the title: a badge. */
  readonly mark?: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: { readonly to: "/journeys" | "/users" | "/segments" | "/templates" | "/messages"; readonly label: string };
}

/** Title of a page, also the browser tab's, with what can be done on it. */
export const PageHeader = ({ title, mark, description, actions, back }: PageHeaderProps) => {
  useEffect(() => {
    document.title = `${title} · Tern`;
  }, [title]);
  return (
    <header className={classes["header"]}>
      <div className={classes["headerText"]}>
        {back && (
          <Link to={back.to} className={classes["back"] ?? ""}>
            <IconChevronLeft size={14} aria-hidden />
            {back.label}
          </Link>
        )}
        <Group gap="sm" align="center">
          <Title order={1} style={{ overflowWrap: "anywhere", letterSpacing: "-0.015em" }}>
            {title}
          </Title>
          {mark}
        </Group>
        {description !== undefined && (
          <Text c="dimmed" size="sm" mt={3}>
            {description}
          </Text>
        )}
      </div>
      {actions && (
        <Group gap={6} className={classes["actions"] ?? ""}>
          {actions}
        </Group>
      )}
    </header>
  );
};
