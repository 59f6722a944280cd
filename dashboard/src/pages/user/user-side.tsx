import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { UserProfile } from "../../api/types.ts";
import { describeConsent, describeSubscriptionKey, describeSuppressionKey } from "../../format/consent.ts";
import { formatDateTime } from "../../format/time.ts";
import { Ago, DaysAgo } from "../../parts/ago.tsx";
import { Fields } from "../../parts/fields.tsx";
import { Panel } from "../../parts/panel.tsx";
import parts from "../../parts/parts.module.css";
import classes from "./user.module.css";

const None = ({ children }: { readonly children: string }) => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
);

/** An attribute's value on a line: text as it is, everything else as JSON. */
const valueText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The left column of a user's page: profile, live runs, segments, tags, consent. */
export const UserSide = ({ user }: { readonly user: UserProfile }) => {
  const attributes = Object.entries(user.attributes);
  const consent = [
    ...Object.entries(user.subscriptions).map(
      ([key, { state, since }]) =>
        [
          describeSubscriptionKey(key),
          <span key={key} title={`since ${formatDateTime(since)}`}>
            {describeConsent(state)}
          </span>,
        ] as const,
    ),
    ...Object.entries(user.suppressions).map(
      ([key, { reason, since }]) =>
        [
          `Suppressed: ${describeSuppressionKey(key)}`,
          <span key={key} title={`since ${formatDateTime(since)}`}>
            {reason}
          </span>,
        ] as const,
    ),
  ];
  return (
    <div className={classes["side"]}>
      <Panel title="Profile">
        <Fields
          items={[
            ...attributes.map(([name, value]) => [name, valueText(value)] as const),
            ["First seen", <Ago key="first" at={user.createdAt} />],
            ["Last seen", <DaysAgo key="last" at={user.lastSeenAt} />],
            ["Anonymous ids", user.anonymousIds.join(", ")],
          ]}
        />
      </Panel>
      <Panel title="Live runs">
        {user.runs.length === 0 ? (
          <None>In no journey now.</None>
        ) : (
          <ul className={classes["runs"]}>
            {user.runs.map((run) => (
              <li key={run.id}>
                <Link to="/journeys/$key" params={{ key: run.journey }} className={parts["inline"] ?? ""}>
                  {run.journey}
                </Link>{" "}
                at {run.position.step}
                <div className={classes["quiet"]}>
                  {"due" in run.position && run.position.due !== undefined ? (
                    <>
                      goes on <Ago at={run.position.due} />
                    </>
                  ) : (
                    <>
                      since <Ago at={run.stepEnteredAt} />
                    </>
                  )}
                  {run.key !== null && `, for ${run.key}`}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Segments">
        {user.segments.length === 0 ? (
          <None>In no segment.</None>
        ) : (
          <ul className={classes["chips"]}>
            {user.segments.map(({ key, since }) => (
              <li key={key}>
                <Link to="/segments/$key" params={{ key }} className={classes["chip"] ?? ""} title={`since ${formatDateTime(since)}`}>
                  {key}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {user.tags.length > 0 && (
        <Panel title="Tags">
          <ul className={classes["chips"]}>
            {user.tags.map((tag) => (
              <li key={tag} className={classes["chip"]}>
                {tag}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {consent.length > 0 && (
        <Panel title="Consent">
          <Fields items={consent} />
        </Panel>
      )}
    </div>
  );
};
