import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { htmlToText } from "../html-to-text.ts";
import { bodyFields, oneBody, printBody } from "./body.ts";
import type { ContentKind } from "./content-kind.ts";
import { withPreheader, withTitle } from "./document.ts";
import { keyProblem } from "./key-problem.ts";

const address = z.lazy(() => z.string().min(1).max(1_000));
/** RFC 5322 field name. Those that the provider writes itself are refused: a template must not forge them. */
const headerName = z.lazy(() =>
  z
    .string()
    .regex(/^[!-9;-~]{1,100}$/, "a header name has printable characters without spaces and colons")
    .refine(
      (name) =>
        !/^(?:from|to|cc|bcc|subject|reply-to|sender|return-path|content-[a-z-]+|mime-version|date|message-id|dkim-signature|received)$/i.test(
          name,
        ),
      "this header is set by the message itself",
    ),
);

const fields = z.lazy(() =>
  z.strictObject({
    subject: z.string().min(1).max(2_000),
    ...bodyFields,
    /** The layout that the body is put into. */
    layout: definitionKey.optional(),
    preheader: z.string().max(2_000).optional(),
    from: address.optional(),
    replyTo: address.optional(),
    cc: z.array(address).max(49).optional(),
    bcc: z.array(address).max(49).optional(),
    headers: z.record(headerName, z.string().max(2_000), keyProblem).optional(),
  }),
);
const schema = z.lazy(() => fields.superRefine(oneBody));

/** An email: subject and body (HTML, MJML or blocks); the text part is made from the HTML when it is left out. */
export const email: ContentKind<typeof schema> & { readonly channel: "email" } = {
  channel: "email",
  schema,
  build(content, print, { compiled, frame } = {}) {
    const subject = print("subject", content.subject, "line");
    const inner = printBody(content, print, compiled);
    const framed = (part: "html" | "text", text: string): string =>
      content.layout === undefined || frame === undefined ? text : frame(content.layout, part, text);
    const body = framed("html", inner);
    const preheader = content.preheader === undefined ? undefined : print("preheader", content.preheader, "line");
    const titled = withTitle(body, subject);
    const html = preheader === undefined ? titled : withPreheader(titled, preheader);
    return {
      channel: "email",
      subject,
      html,
      text: content.text === undefined ? htmlToText(body) : framed("text", print("text", content.text, "text")),
      ...(preheader !== undefined && { preheader }),
      ...(content.from !== undefined && { from: print("from", content.from, "line") }),
      ...(content.replyTo !== undefined && { replyTo: print("replyTo", content.replyTo, "line") }),
      ...(content.cc !== undefined && {
        cc: content.cc.map((item, index) => print(`cc.${index}`, item, "line")).filter((item) => item !== ""),
      }),
      ...(content.bcc !== undefined && {
        bcc: content.bcc.map((item, index) => print(`bcc.${index}`, item, "line")).filter((item) => item !== ""),
      }),
      ...(content.headers !== undefined && {
        headers: Object.fromEntries(
          Object.entries(content.headers).map(([name, value]) => [name, print(`headers.${name}`, value, "line")]),
        ),
      }),
    };
  },
};
