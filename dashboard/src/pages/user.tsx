import { Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { userQuery } from "../api/queries.ts";
import { LoadingPanel } from "../parts/loading-panel.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { Shown } from "../parts/shown.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { userName } from "../parts/user-link.ts";
import { UserMessages } from "./user/user-messages.tsx";
import { UserSide } from "./user/user-side.tsx";
import { UserTimeline } from "./user/user-timeline.tsx";
import classes from "./user/user.module.css";

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** One user: who they are, where they stand, and everything that happened with its reasons. */
export const User = () => {
  const { id } = useParams({ from: "/shell/users/$id" });
  const { anonymous = false } = useSearch({ from: "/shell/users/$id" });
  const query = useQuery(userQuery(id, anonymous));
  const user = query.data;
  const name = user
    ? userName({
        ...user,
        name: text(user.attributes["name"]) ?? text(user.attributes["firstName"]),
        email: text(user.attributes["email"]),
      })
    : id;
  return (
    <>
      <PageHeader
        title={name}
        back={{ to: "/users", label: "Users" }}
        description={anonymous ? "Not identified yet" : id}
        {...(anonymous ? { mark: <StatusBadge status="anonymous" tone="calm" /> } : {})}
      />
      <Shown
        query={query}
        loading={
          <div className={classes["columns"]}>
            <LoadingPanel height={360} />
            <LoadingPanel height={520} />
          </div>
        }
      >
        {(shown) => (
          <div className={classes["columns"]}>
            <UserSide user={shown} />
            <Tabs defaultValue="timeline" keepMounted={false} miw={0}>
              <Tabs.List mb="md">
                <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
                <Tabs.Tab value="messages">Messages</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="timeline">
                <UserTimeline id={id} anonymous={anonymous} />
              </Tabs.Panel>
              <Tabs.Panel value="messages">
                <Stack>
                  <UserMessages id={id} anonymous={anonymous} />
                </Stack>
              </Tabs.Panel>
            </Tabs>
          </div>
        )}
      </Shown>
    </>
  );
};
