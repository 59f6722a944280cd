import { textsOf } from "./blocks/texts.ts";
import type { Body } from "./contents/body.ts";
import { lineAt } from "./liquid-pieces.ts";

/**
 * Where people wrote a piece of Liquid that stands in what MJML or blocks were compiled to: "line 3", "blocks[2].text".
 * Undefined where nobody wrote it, such as the links of a footer.
 */
export const writtenPlace = ({ mjml, blocks }: Body, piece: string): string | undefined => {
  if (mjml !== undefined) {
    const at = mjml.indexOf(piece);
    return at < 0 ? undefined : `line ${lineAt(mjml, at)}`;
  }
  const list = /^\{% for item in (\S+) limit:/.exec(piece)?.[1];
  return textsOf(blocks, "blocks").find(({ path, text }) => text.includes(piece) || (path.endsWith(".items") && text === list))?.path;
};
