import type * as z from "zod";
import type { Channel, MessageContent } from "../../message/message.ts";

/**
 * How a piece of Liquid is to be printed: `html` escapes values; `text` does not; `line` also takes out line breaks and
 * control characters, so that no value can add a header to an email or a request; `mrkdwn` escapes what Slack would read as
 * a mention of everybody or as a link.
 */
export type PrintMode = "html" | "text" | "line" | "mrkdwn";

/** Prints one piece of a content; `path` is where it stands in the content ("headers.X-Ref"). Throws Unprintable. */
export type Print = (path: string, source: string, mode: PrintMode) => string;

/** HTML that MJML or blocks were compiled to when the template was saved, and the styles it needs in the head. */
export interface CompiledBody {
  readonly html: string;
  readonly head?: string;
}

/** What a content is put together with beside its own pieces. */
export interface Surroundings {
  readonly compiled?: CompiledBody | undefined;
  /** The layout of a key with `inner` as its content. Throws Unprintable. */
  readonly frame?: (layout: string, part: "html" | "text", inner: string) => string;
}

/**
 * What a template holds for one channel: its shape, and how the message is made of it. `build` is the only list of the
 * pieces: saving a template runs it with a `print` that only parses, sending with one that renders.
 */
export interface ContentKind<Schema extends z.ZodType = z.ZodType> {
  readonly channel: Channel;
  readonly schema: Schema;
  build(content: z.output<Schema>, print: Print, around?: Surroundings): MessageContent;
}
