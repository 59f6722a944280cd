import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";

/**
 * The shapes of blocks. Made on first use: isolates that take events load this module with all templates, and making a shape
 * takes longer than reading it.
 */
const makeSchemas = () => {
  /** `#rgb`, `#rrggbb` or `#rrggbbaa`. */
  const colour = z.string().regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i, "a colour is written as #rrggbb");
  const align = z.enum(["left", "center", "right"]);
  const pixels = (least: number, most: number) => z.int().min(least).max(most);
  const line = z.string().min(1).max(2_000);
  const address = z.string().min(1).max(4_000);
  /** A condition as Liquid's `if` takes it. */
  const condition = z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^{}%]+$/, "a condition is written without braces: user.vip == true");
  /** Where a value stands: `trigger.properties.items`. */
  const path = z
    .string()
    .max(200)
    .regex(/^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d+\])*$/, "a path is names joined by dots: trigger.properties.items");

  /** Fields of every block. Pixels are whole numbers; colours left out are the theme's. */
  const common = {
    /** The editor's own name for it; not printed. */
    id: z.string().min(1).max(64).optional(),
    /** It is there only where this holds. */
    if: condition.optional(),
    background: colour.optional(),
    /** Above and below, pixels. */
    padding: pixels(0, 100).optional(),
  };
  const text = { align: align.optional(), color: colour.optional(), size: pixels(8, 72).optional() };

  const heading = z.strictObject({ type: z.literal("heading"), ...common, ...text, text: line, level: z.literal([1, 2, 3]).optional() });
  const paragraph = z.strictObject({
    type: z.literal("text"),
    ...common,
    ...text,
    /** Paragraphs with **bold**, *italic*, [links](https://example.com) and lists of lines that begin with "- ". */
    text: z.string().min(1).max(20_000),
  });
  const image = z.strictObject({
    type: z.literal("image"),
    ...common,
    src: address,
    /** What it shows, for those who do not see it; "" for an ornament. */
    alt: z.string().max(1_000),
    href: address.optional(),
    width: pixels(1, 1_200).optional(),
    /** From edge to edge of the mail. */
    wide: z.boolean().optional(),
    align: align.optional(),
    radius: pixels(0, 100).optional(),
  });
  const button = z.strictObject({
    type: z.literal("button"),
    ...common,
    text: line,
    href: address,
    align: align.optional(),
    /** Of the button itself. */
    fill: colour.optional(),
    color: colour.optional(),
    radius: pixels(0, 100).optional(),
    wide: z.boolean().optional(),
  });
  const divider = z.strictObject({ type: z.literal("divider"), ...common, color: colour.optional(), thickness: pixels(1, 20).optional() });
  const spacer = z.strictObject({ type: z.literal("spacer"), ...common, height: pixels(1, 200) });
  const social = z.strictObject({
    type: z.literal("social"),
    ...common,
    ...text,
    /** `icon`: address of an image, 24 pixels high; without one the name is printed. */
    links: z
      .array(z.strictObject({ name: line, href: address, icon: address.optional() }))
      .min(1)
      .max(12),
  });
  const products = z.strictObject({
    type: z.literal("products"),
    ...common,
    /** Where the list stands; in the other fields each of its elements is `item`. */
    items: path,
    limit: z.int().min(1).max(50).optional(),
    title: line,
    image: address.optional(),
    price: line.optional(),
    note: line.optional(),
    href: address.optional(),
    /** What is printed when the list is empty or missing. */
    empty: line.optional(),
  });
  const html = z.strictObject({ type: z.literal("html"), ...common, html: z.string().min(1).max(100_000) });
  const footer = z.strictObject({
    type: z.literal("footer"),
    ...common,
    ...text,
    text: z.string().max(5_000).optional(),
    /** Labels of the links; `unsubscribe` is there in any case. */
    unsubscribe: line.optional(),
    preferences: line.optional(),
    viewInBrowser: line.optional(),
  });
  /** Where a layout puts the mail. */
  const content = z.strictObject({ type: z.literal("content"), ...common });
  const partial = z.strictObject({ type: z.literal("partial"), ...common, key: definitionKey });

  const simple = [heading, paragraph, image, button, divider, spacer, social, products, html] as const;
  const columns = z.strictObject({
    type: z.literal("columns"),
    ...common,
    columns: z
      .array(
        z.strictObject({ width: z.int().min(10).max(90).optional(), blocks: z.array(z.discriminatedUnion("type", [...simple])).max(20) }),
      )
      .min(2)
      .max(4)
      .refine(
        (list) => list.every(({ width }) => width === undefined) || list.reduce((sum, { width = 0 }) => sum + width, 0) === 100,
        "either no column says its width, or all do and make 100 percent together",
      ),
    /** Beside one another on phones too. */
    keep: z.boolean().optional(),
  });

  const block = z.discriminatedUnion("type", [...simple, columns, footer, content, partial]);

  const palette = {
    background: colour.optional(),
    surface: colour.optional(),
    text: colour.optional(),
    muted: colour.optional(),
    primary: colour.optional(),
    onPrimary: colour.optional(),
  };

  const theme = z.strictObject({
    ...palette,
    dark: z.strictObject(palette).optional(),
    font: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[A-Za-z0-9 ,'-]+$/, "a font is a list of names")
      .optional(),
    /** Of the mail, pixels. */
    width: pixels(320, 800).optional(),
    radius: pixels(0, 40).optional(),
  });
  return { block, blocks: z.array(block).min(1).max(200), theme };
};

type Schemas = ReturnType<typeof makeSchemas>;

let made: Schemas | undefined;
const schemas = (): Schemas => (made ??= makeSchemas());

/** One block of an email. */
export type Block = z.output<Schemas["block"]>;
export type BlockOf<Type extends Block["type"]> = Extract<Block, { readonly type: Type }>;

/** Names of all blocks. */
export const blockTypes = (): readonly Block["type"][] => schemas().block.options.map(({ shape }) => shape.type.value);

export const blocksSchema = z.lazy(() => schemas().blocks);

/** What all blocks of a mail share. `dark` stands in where the reader's device is dark. */
export type Theme = z.output<Schemas["theme"]>;

export const themeSchema = z.lazy(() => schemas().theme);
