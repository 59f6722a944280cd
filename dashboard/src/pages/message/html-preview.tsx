import { Group, SegmentedControl, Switch } from "@mantine/core";
import { useState } from "react";
import { emailDocument, type Scheme } from "./email-document.ts";
import classes from "./message.module.css";

const widths = [
  { value: "wide", label: "Desktop" },
  { value: "narrow", label: "Phone" },
];
const schemes = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/**
 * A mail's HTML in a frame that can do nothing: no scripts, no forms, no pop-ups, no origin of its own (sandbox), and a
 * policy that loads nothing but pictures, and those only when asked for (opening a preview must not look like a reader).
 */
export const HtmlPreview = ({ html }: { readonly html: string }) => {
  const [width, setWidth] = useState("wide");
  const [scheme, setScheme] = useState<Scheme>("light");
  const [pictures, setPictures] = useState(false);
  return (
    <>
      <Group justify="space-between" px="md" py={8} gap="xs" className={classes["tools"] ?? ""}>
        <Group gap="xs">
          <SegmentedControl size="xs" value={width} onChange={setWidth} aria-label="Width of the preview" data={widths} />
          <SegmentedControl
            size="xs"
            value={scheme}
            onChange={(value) => setScheme(value === "dark" ? "dark" : "light")}
            aria-label="Colours of the reader's device"
            data={schemes}
          />
        </Group>
        <Switch size="xs" label="Load remote pictures" checked={pictures} onChange={(event) => setPictures(event.currentTarget.checked)} />
      </Group>
      <div className={classes["stage"]}>
        <iframe
          key={`${String(pictures)} ${scheme}`}
          title="Message body"
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={emailDocument(html, pictures, scheme)}
          className={classes["frame"]}
          style={{ maxWidth: width === "narrow" ? 375 : "100%", background: scheme === "dark" ? "#1a1a1a" : "#fff" }}
        />
      </div>
    </>
  );
};
