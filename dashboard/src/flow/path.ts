interface Point {
  readonly x: number;
  readonly y: number;
}

/** An SVG path through the points of a downward edge: straight where it passes layers, an S-curve in between. */
export const curvePath = ([first, ...rest]: readonly Point[]): string => {
  if (!first) return "";
  let from = first;
  let path = `M${first.x} ${first.y}`;
  for (const to of rest) {
    const middle = (from.y + to.y) / 2;
    path += to.x === from.x ? `L${to.x} ${to.y}` : `C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
    from = to;
  }
  return path;
};

/** An SVG path with straight sides and rounded corners, for edges that lead back up. */
export const cornerPath = (points: readonly Point[], radius = 8): string =>
  points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (!before) return `M${point.x} ${point.y}`;
      if (!after) return `L${point.x} ${point.y}`;
      const near = (other: Point): Point => ({
        x: point.x + Math.sign(other.x - point.x) * radius,
        y: point.y + Math.sign(other.y - point.y) * radius,
      });
      const [into, out] = [near(before), near(after)];
      return `L${into.x} ${into.y}Q${point.x} ${point.y} ${out.x} ${out.y}`;
    })
    .join("");
