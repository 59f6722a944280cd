import type { BlockOf } from "./block.ts";
import type { Look } from "./look.ts";
import { richLine, richText } from "./rich-text.ts";

/** What the link says that is there in any case, in the languages of the pages it leads to. */
const unsubscribe: Readonly<Record<string, string>> = {
  de: "Abbestellen",
  en: "Unsubscribe",
  es: "Darse de baja",
  fr: "Se désabonner",
  it: "Annulla l’iscrizione",
  nl: "Afmelden",
  pt: "Cancelar subscrição",
};

/** Who sends the mail and why, and the ways out of it. */
export const footer = (
  block: BlockOf<"footer">,
  { attributes, look, locale }: { readonly attributes: string; readonly look: Look; readonly locale: string },
): string => {
  const colour = block.color ?? look.muted;
  const muted = `color:${colour};text-decoration:underline`;
  const link = (label: string, address: string): string =>
    `<a href="{{ ${address} }}" style="${muted}"><span style="color:${colour}">${richLine(label, look)}</span></a>`;
  const links = [
    link(block.unsubscribe ?? unsubscribe[locale.toLowerCase().split("-")[0] ?? ""] ?? "Unsubscribe", "unsubscribe_url"),
    ...(block.preferences === undefined ? [] : [link(block.preferences, "preferences_url")]),
    ...(block.viewInBrowser === undefined ? [] : [link(block.viewInBrowser, "view_in_browser_url")]),
  ];
  const text = block.text === undefined ? "" : richText(block.text, { ...look, link: muted });
  return `<mj-text ${attributes} font-size="${block.size ?? 13}px" line-height="1.6">${text}${links.join(" &nbsp;·&nbsp; ")}</mj-text>`;
};
