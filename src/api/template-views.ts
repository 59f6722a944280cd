import type { MessageContent } from "../domain/message/message.ts";

/** A template as it was put. */
export interface TemplateView {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly kind?: "message" | "partial" | "layout";
  readonly channel: string;
  readonly defaultLocale: string;
  readonly locales: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly variables?: Readonly<
    Record<string, { readonly type: string; readonly required?: boolean; readonly default?: unknown; readonly description?: string }>
  >;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Something to be changed in a template, or in what it was rendered to. */
export interface Finding {
  readonly path: string;
  readonly message: string;
}

/** A template as it would be sent. */
export interface TemplatePreview {
  readonly channel: string;
  readonly locale: string;
  readonly content: MessageContent | null;
  readonly errors: readonly string[];
  readonly warnings: readonly Finding[];
  readonly sizes: {
    readonly bytes: number;
    readonly html?: number;
    readonly text?: number;
    readonly segments?: number;
    readonly encoding?: string;
  } | null;
}
