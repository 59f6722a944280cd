import { smsSegments } from "../../../../src/domain/message/sms-segments.ts";
import type { MessageContent } from "../../../../src/domain/message/message.ts";
import { plural } from "../../format/count.ts";
import { Fields } from "../../parts/fields.tsx";
import { Panel } from "../../parts/panel.tsx";
import messageClasses from "./message.module.css";
import classes from "./short-body.module.css";

type Sms = Extract<MessageContent, { channel: "sms" }>;
type WhatsApp = Extract<MessageContent, { channel: "whatsapp" }>;

const Bubble = ({ text }: { readonly text: string }) => <div className={messageClasses["bubble"]}>{text}</div>;

/** A text, and what it costs is counted in. */
export const SmsBody = ({ content }: { readonly content: Sms }) => {
  const { encoding, units, segments, perSegment, foreign } = smsSegments(content.body);
  return (
    <Panel title="Text">
      <Bubble text={content.body} />
      <div className={classes["more"]}>
        <Fields
          items={[
            ["Segments", segments],
            ["Length", `${plural(units, "unit")} of ${segments * perSegment}, ${encoding}`],
            ["Outside GSM-7", foreign.length === 0 ? undefined : foreign.join(" ")],
          ]}
        />
      </div>
    </Panel>
  );
};

/** An approved template with what fills it, which the provider puts together; or a text of its own. */
export const WhatsAppBody = ({ content: { template, body } }: { readonly content: WhatsApp }) => {
  if (template === undefined)
    return (
      <Panel title="Text">
        <Bubble text={body ?? ""} />
      </Panel>
    );
  return (
    <Panel title="Approved template">
      <Fields
        items={[
          ["Name", template.name],
          ["Language", template.language],
          ...template.parameters.map((value, index) => [`{{${index + 1}}}`, value] as const),
        ]}
      />
      <p className={classes["note"]}>The text itself is kept by the provider, who fills it with these values.</p>
    </Panel>
  );
};
