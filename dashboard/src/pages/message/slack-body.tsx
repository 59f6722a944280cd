import { Tabs } from "@mantine/core";
import type { MessageContent } from "../../../../src/domain/message/message.ts";
import { JsonView } from "../../parts/json-view.tsx";
import { Panel } from "../../parts/panel.tsx";
import classes from "./short-body.module.css";
import { type Shown, slackBlocks, unescaped } from "./slack-blocks.ts";

type Slack = Extract<MessageContent, { channel: "slack" }>;

const Block = ({ block }: { readonly block: Shown }) => {
  switch (block.kind) {
    case "header":
      return <div className={classes["title"]}>{block.text}</div>;
    case "text":
      return <div className={classes["words"]}>{block.text}</div>;
    case "context":
      return <div className={classes["note"]}>{block.text}</div>;
    case "divider":
      return <hr className={classes["line"]} />;
    case "buttons":
      return (
        <div className={classes["actions"]}>
          {block.labels.map((label, index) => (
            <span key={index} className={classes["action"]}>
              {label}
            </span>
          ))}
        </div>
      );
    case "other":
      return <div className={classes["note"]}>{`(${block.type})`}</div>;
  }
};

/** A Slack message in words; where it has blocks, the text stands in for them elsewhere (notifications, other clients). */
export const SlackBody = ({ content }: { readonly content: Slack }) => {
  const { text, blocks } = content;
  if (blocks === undefined)
    return (
      <Panel title="Text">
        <div className={classes["notification"]}>
          <div className={classes["words"]}>{unescaped(text)}</div>
        </div>
      </Panel>
    );
  return (
    <Panel flush>
      <Tabs defaultValue="blocks" keepMounted={false}>
        <Tabs.List px="xs">
          <Tabs.Tab value="blocks">Blocks</Tabs.Tab>
          <Tabs.Tab value="text">Text</Tabs.Tab>
          <Tabs.Tab value="source">Source</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="blocks" p="md">
          <div className={classes["notification"]}>
            {slackBlocks(blocks).map((block, index) => (
              <Block key={index} block={block} />
            ))}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="text" p="md">
          <div className={classes["words"]}>{unescaped(text)}</div>
          <p className={classes["note"]}>Shown in notifications, and where blocks cannot be.</p>
        </Tabs.Panel>
        <Tabs.Panel value="source" p="md">
          <JsonView value={blocks} label="Blocks as they are sent" />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
};
