/** For areas that scroll by themselves: they must be reachable by keyboard (WCAG 2.1.1), which not every browser does unasked. */
export const scrollable = { tabIndex: 0 } as const;
