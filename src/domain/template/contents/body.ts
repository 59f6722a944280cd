import * as z from "zod";
import { blocksSchema, themeSchema, type Block, type Theme } from "../blocks/block.ts";
import { Unprintable } from "../unprintable.ts";
import type { CompiledBody, Print } from "./content-kind.ts";

/** The body of an email, partial or layout: one of HTML, MJML and blocks. */
export interface Body {
  readonly html?: string | undefined;
  readonly mjml?: string | undefined;
  readonly blocks?: readonly Block[] | undefined;
  /** Of blocks. */
  readonly theme?: Theme | undefined;
  readonly text?: string | undefined;
}

export const bodyFields = {
  html: z.lazy(() => z.string().min(1).max(500_000).optional()),
  mjml: z.lazy(() => z.string().min(1).max(300_000).optional()),
  blocks: z.lazy(() => blocksSchema.optional()),
  theme: z.lazy(() => themeSchema.optional()),
  text: z.lazy(() => z.string().max(500_000).optional()),
};

const forms = ["html", "mjml", "blocks"] as const;

/** For `superRefine`: a body has one form. */
export const oneBody = (body: Body, context: z.RefinementCtx): void => {
  const given = forms.filter((form) => body[form] !== undefined);
  if (body.theme !== undefined && body.blocks === undefined)
    context.addIssue({ code: "custom", path: ["theme"], message: "a theme is for blocks" });
  if (given.length === 1) return;
  const message = given.length === 0 ? "needs a body: html, mjml or blocks" : `has one body, not ${given.join(" and ")}`;
  context.addIssue({ code: "custom", path: given.length === 0 ? [] : [given[1] ?? ""], message });
};

/** Prints the body: HTML as it is, MJML and blocks as they were compiled. */
export const printBody = (body: Body, print: Print, compiled: CompiledBody | undefined): string => {
  if (body.html !== undefined) return print("html", body.html, "html");
  const form = body.mjml === undefined ? "blocks" : "mjml";
  if (compiled === undefined) throw new Unprintable(`${form}: it was not compiled when the template was saved`);
  return print(form, compiled.html, "html");
};
