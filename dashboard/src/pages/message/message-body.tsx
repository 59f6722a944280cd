import { Tabs } from "@mantine/core";
import { IconFileUnknown } from "@tabler/icons-react";
import type { MessageContent } from "../../../../src/domain/message/message.ts";
import { Empty } from "../../parts/empty.tsx";
import { Fields } from "../../parts/fields.tsx";
import { JsonView } from "../../parts/json-view.tsx";
import { Panel } from "../../parts/panel.tsx";
import { scrollable } from "../../parts/scrollable.ts";
import { HtmlPreview } from "./html-preview.tsx";
import classes from "./message.module.css";
import { PushBody } from "./push-body.tsx";
import { SlackBody } from "./slack-body.tsx";
import { SmsBody, WhatsAppBody } from "./text-body.tsx";

type Email = Extract<MessageContent, { channel: "email" }>;
type Webhook = Extract<MessageContent, { channel: "webhook" }>;

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

/** What a message says, by channel. */
export const ContentView = ({ content }: { readonly content: MessageContent }) => {
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
  return <ContentView content={content} />;
};
