import type { Message, MessageContent, MessageLinks, MessageStatus } from "../message/message.ts";
import type { TopicDefinition } from "../consent/topic.ts";
import type { Pieces } from "../template/pieces.ts";
import type { TemplateDefinition } from "../template/template.ts";
import type { UserKey } from "../user/user-key.ts";
import type { LinkSettings } from "./link-settings.ts";

/** A message that is about to be rendered, with what decides about its links. */
export interface Linked {
  readonly message: Message;
  readonly owner: UserKey;
  readonly settings: LinkSettings;
  /** The template's own wish. */
  readonly tracking?: Tracking | undefined;
  readonly topic?: Pick<TopicDefinition, "key" | "name"> | undefined;
  /** What it is rendered from, where that is a template of the workspace: as its links are written there, clicks are counted. */
  readonly source?: LinkSource | undefined;
}

/** A template, the language that is wanted of it, and where its partials and layouts are. */
export interface LinkSource {
  readonly template: TemplateDefinition;
  readonly locale: string | undefined;
  readonly pieces: Pieces;
}

/** What is followed; left out = as the workspace says. */
export interface Tracking {
  readonly opens?: boolean | undefined;
  readonly clicks?: boolean | undefined;
}

/** The addresses of one message. The same message gives the same ones, byte for byte. */
export interface Linking {
  /** To be printed by templates. */
  readonly links: MessageLinks;
  /** The content as it goes out: links that tell of clicks, the pixel, headers of lists. */
  readonly dress: (content: MessageContent) => Dressed;
  /** Statuses that the message's own links tell of, whatever its provider does. */
  readonly tells: readonly MessageStatus[];
}

export interface Dressed {
  readonly content: MessageContent;
  /** Links that tell of clicks, by the number that each carries: as the template writes them. */
  readonly links?: readonly string[];
}

/** Makes the addresses of a message; undefined where there is no address for links to lead to. Given to the core, which knows no keys. */
export type MakeLinks = (linked: Linked) => Linking | undefined;
