import * as z from "zod";
import type { ContentKind } from "./content-kind.ts";
import { keyProblem } from "./key-problem.ts";

const text = z.lazy(() => z.string().min(1).max(4_000));
const dataName = z.lazy(() => z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "a name of data has letters, digits, _ . and -"));

const schema = z.lazy(() =>
  z.strictObject({
    title: z.string().min(1).max(1_000),
    body: text,
    image: text.optional(),
    link: text.optional(),
    actions: z
      .array(z.strictObject({ id: z.string().min(1).max(100), title: z.string().min(1).max(200), link: text.optional() }))
      .max(3)
      .optional(),
    data: z.record(dataName, z.string().max(2_000), keyProblem).optional(),
    badge: z.int().min(0).max(99_999).optional(),
    sound: z.string().min(1).max(200).optional(),
    /** Seconds; four weeks is the most that push services hold a message. */
    ttl: z.int().min(0).max(2_419_200).optional(),
    collapseKey: z.string().min(1).max(64).optional(),
  }),
);

/** A push notification, independent of the push service. */
export const push: ContentKind<typeof schema> & { readonly channel: "push" } = {
  channel: "push",
  schema,
  build: (content, print) => ({
    channel: "push",
    title: print("title", content.title, "line"),
    body: print("body", content.body, "text"),
    ...(content.image !== undefined && { image: print("image", content.image, "line") }),
    ...(content.link !== undefined && { link: print("link", content.link, "line") }),
    ...(content.actions !== undefined && {
      actions: content.actions.map(({ id, title, link }, index) => ({
        id,
        title: print(`actions.${index}.title`, title, "line"),
        ...(link !== undefined && { link: print(`actions.${index}.link`, link, "line") }),
      })),
    }),
    ...(content.data !== undefined && {
      data: Object.fromEntries(Object.entries(content.data).map(([name, value]) => [name, print(`data.${name}`, value, "text")])),
    }),
    ...(content.badge !== undefined && { badge: content.badge }),
    ...(content.sound !== undefined && { sound: content.sound }),
    ...(content.ttl !== undefined && { ttl: content.ttl }),
    ...(content.collapseKey !== undefined && { collapseKey: content.collapseKey }),
  }),
};
