import { Group, SegmentedControl, Switch, Tabs } from "@mantine/core";
import { IconFileUnknown } from "@tabler/icons-react";
import { useState } from "react";
import type { MessageContent } from "../../../../src/domain/message/message.ts";
import { Empty } from "../../parts/empty.tsx";
import { Fields } from "../../parts/fields.tsx";
import { JsonView } from "../../parts/json-view.tsx";
import { Panel } from "../../parts/panel.tsx";
import { scrollable } from "../../parts/scrollable.ts";
import { emailDocument } from "./email-document.ts";
import classes from "./message.module.css";
import { PushBody } from "./push-body.tsx";
import { SlackBody } from "./slack-body.tsx";
import { SmsBody, WhatsAppBody } from "./text-body.tsx";

type Email = Extract<MessageContent, { channel: "email" }>;
type Webhook = Extract<MessageContent, { channel: "webhook" }>;

/**
 * A mail's HTML in a frame that can do nothing: no scripts, no forms, no pop-ups, no origin of its own (sandbox), and a
 * policy that loads nothing but pictures, and those only when asked for (opening a preview must not look like a reader).
 */
const HtmlPreview = ({ html }: { readonly html: string }) => {
  const [width, setWidth] = useState("wide");
  const [pictures, setPictures] = useState(false);
  return (
    <>
      <Group justify="space-between" px="md" py={8} gap="xs" className={classes["tools"] ?? ""}>
        <SegmentedControl
          size="xs"
          value={width}
          onChange={setWidth}
          aria-label="Width of the preview"
          data={[
            { value: "wide", label: "Desktop" },
            { value: "narrow", label: "Phone" },
          ]}
        />
        <Switch size="xs" label="Load remote pictures" checked={pictures} onChange={(event) => setPictures(event.currentTarget.checked)} />
      </Group>
      <div className={classes["stage"]}>
        <iframe
          key={String(pictures)}
          title="Message body"
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={emailDocument(html, pictures)}
          className={classes["frame"]}
          style={{ maxWidth: width === "narrow" ? 375 : "100%" }}
        />
      </div>
    </>
  );
};

const EmailBody = ({ content }: { readonly content: Email }) => (
  <Panel flush>
    <div className={classes["head"]}>
      <Fields
        items={[
          ["Subject", content.subject],
          ["Preview", content.preheader],
          ["From", content.from],
          ["Reply to", content.replyTo],
          ["Cc", content.cc?.join(", ")],
          ["Bcc", content.bcc?.join(", ")],
          ["Attachments", content.attachments?.map(({ name }) => name).join(", ")],
        ]}
      />
    </div>
    <Tabs defaultValue="html" keepMounted={false}>
      <Tabs.List px="xs">
        <Tabs.Tab value="html">Mail</Tabs.Tab>
        <Tabs.Tab value="text">Plain text</Tabs.Tab>
        <Tabs.Tab value="source">Source</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="html">
        <HtmlPreview html={content.html} />
      </Tabs.Panel>
      <Tabs.Panel value="text">
        <pre className={classes["text"]} {...scrollable} aria-label="Plain text">
          {content.text}
        </pre>
      </Tabs.Panel>
      <Tabs.Panel value="source">
        <pre className={`${classes["text"]} ${classes["source"]}`} {...scrollable} aria-label="HTML source">
          {content.html}
        </pre>
      </Tabs.Panel>
    </Tabs>
  </Panel>
);

const bodyOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: shown as the text it is.
    return text;
  }
};

const WebhookBody = ({ content }: { readonly content: Webhook }) => (
  <Panel title={`${content.method} ${content.url}`}>
    <Fields items={Object.entries(content.headers)} />
    <div style={{ marginTop: 12 }}>
      <JsonView value={bodyOf(content.body)} label="Body" />
    </div>
  </Panel>
);

const Body = ({ content }: { readonly content: MessageContent }) => {
  switch (content.channel) {
    case "email":
      return <EmailBody content={content} />;
    case "sms":
      return <SmsBody content={content} />;
    case "whatsapp":
      return <WhatsAppBody content={content} />;
    case "push":
      return <PushBody content={content} />;
    case "slack":
      return <SlackBody content={content} />;
    case "webhook":
      return <WebhookBody content={content} />;
  }
};

/** What a message says, by channel; before its first claim there is nothing to show. */
export const MessageBody = ({ content, status }: { readonly content: MessageContent | null; readonly status: string }) => {
  if (content === null)
    return (
      <Panel>
        <Empty icon={IconFileUnknown} title="Not rendered">
          {status === "queued" || status === "held"
            ? "A message is rendered at the moment it is sent, with what is true then."
            : "It ended before it was rendered, so there is nothing to show."}
        </Empty>
      </Panel>
    );
  return <Body content={content} />;
};
