import { Switch } from "@mantine/core";
import { useState } from "react";
import type { MessageContent } from "../../../../src/domain/message/message.ts";
import { formatDuration } from "../../format/time.ts";
import { Fields } from "../../parts/fields.tsx";
import { JsonView } from "../../parts/json-view.tsx";
import { Panel } from "../../parts/panel.tsx";
import classes from "./short-body.module.css";

type Push = Extract<MessageContent, { channel: "push" }>;

/** Loaded only when asked for, as in mails: whoever looks here must not look like a reader. Never sends where it was seen. */
const Picture = ({ url, isShown }: { readonly url: string; readonly isShown: boolean }) =>
  isShown ? (
    <img src={url} alt="" referrerPolicy="no-referrer" className={classes["picture"]} />
  ) : (
    <div className={classes["pictureHidden"]}>Picture</div>
  );

/** Addresses stay text: they come from data that users gave, and lead anywhere. */
const Notification = ({ content, hasPicture }: { readonly content: Push; readonly hasPicture: boolean }) => (
  <div className={classes["notification"]}>
    <div className={classes["title"]}>{content.title}</div>
    <div className={classes["words"]}>{content.body}</div>
    {content.image !== undefined && <Picture url={content.image} isShown={hasPicture} />}
    {content.actions !== undefined && (
      <div className={classes["actions"]}>
        {content.actions.map((action) => (
          <span key={action.id} className={classes["action"]}>
            {action.title}
          </span>
        ))}
      </div>
    )}
  </div>
);

/** Seconds as an ISO 8601 duration in its largest units. */
const lifeOf = (seconds: number): string => {
  const [days, hours, minutes, rest] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const part = (count: number, unit: string): string => (count === 0 ? "" : `${count}${unit}`);
  const time = part(hours, "H") + part(minutes, "M") + part(rest, "S");
  return `P${part(days, "D")}${time === "" ? "" : `T${time}`}`;
};

/** A push notification as a device shows it, and what it does beside that. */
export const PushBody = ({ content }: { readonly content: Push }) => {
  const [hasPicture, setPicture] = useState(false);
  const { image, link, actions, data, badge, sound, ttl, collapseKey } = content;
  return (
    <Panel
      title="Notification"
      {...(image !== undefined && {
        side: (
          <Switch size="xs" label="Load the picture" checked={hasPicture} onChange={(event) => setPicture(event.currentTarget.checked)} />
        ),
      })}
    >
      <Notification content={content} hasPicture={hasPicture} />
      <div className={classes["more"]}>
        <Fields
          items={[
            ["Opens", link],
            ["Picture", image],
            ...(actions ?? []).map((action) => [`Button “${action.title}”`, action.link ?? "is told to the app"] as const),
            ["Badge", badge],
            ["Sound", sound],
            ["Kept for", ttl === undefined ? undefined : ttl === 0 ? "now or never" : formatDuration(lifeOf(ttl))],
            ["Takes the place of", collapseKey === undefined ? undefined : `an older one of “${collapseKey}”`],
          ]}
        />
      </div>
      {data !== undefined && (
        <div className={classes["more"]}>
          <p className={classes["note"]}>Data for the app</p>
          <JsonView value={data} label="Data for the app" />
        </div>
      )}
    </Panel>
  );
};
