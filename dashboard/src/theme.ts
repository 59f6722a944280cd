import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Neutrals of the dark scheme, with a breath of the same sea. */
const dark: MantineColorsTuple = [
  "#e3e7ea",
  "#bac3cb",
  "#9aa5af",
  "#6b7680",
  "#424b53",
  "#2b3238",
  "#20262b",
  "#1a1f23",
  "#131619",
  "#0e1113",
];

/** Shallow-sea teal, the product's one accent; neutrals and states are Mantine's. */
const sea: MantineColorsTuple = [
  "#e6f8fa",
  "#d3edf1",
  "#a8dae2",
  "#7ac6d2",
  "#54b5c5",
  "#3ca9bd",
  "#2ba4b9",
  "#178fa3",
  "#007f93",
  "#006e81",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: { light: 9, dark: 5 },
  autoContrast: true,
  colors: { sea, dark },
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  headings: {
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.5rem", lineHeight: "1.3" }, h2: { fontSize: "1.0625rem", lineHeight: "1.4" } },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
});
