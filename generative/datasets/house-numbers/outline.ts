/** A line that a pen follows, in the unit square, right and down. */
export interface PenPath {
  /** x₀, y₀, x₁, y₁, … */
  readonly points: readonly number[]
  readonly closed: boolean
}

/** How quarters of ellipses are drawn: 0.55 is round, more is squarer; `cut`: straight across. */
export type Roundness = number | 'cut'

const stepsPerQuarter = 4

/**
 * Pen paths of a text: `M x y` moves, `L x y` draws a line, `V x y` and `H x y` a quarter of an ellipse that leaves vertically
 * or horizontally, `C x₁ y₁ x₂ y₂ x y` a cubic, `Z` closes. Curves become lines here, by plain arithmetic.
 */
export function parsePaths(text: string, roundness: Roundness): PenPath[] {
  const paths: { points: number[]; closed: boolean }[] = []
  for (const [, command, numbers] of text.matchAll(/([MLVHCZ])([^MLVHCZ]*)/g)) {
    const values = numbers!.trim().split(/\s+/).filter(Boolean).map(Number)
    if (command === 'M') paths.push({ points: values, closed: false })
    const path = paths.at(-1)!
    const { points } = path
    const [x0, y0] = [points.at(-2)!, points.at(-1)!]
    const [x, y] = [values.at(-2)!, values.at(-1)!]
    if (command === 'L') points.push(x, y)
    else if (command === 'C') addCubic(points, [x0, y0, ...values])
    else if (command === 'V') addQuarter(points, x0, y0, x, y, true, roundness)
    else if (command === 'H') addQuarter(points, x0, y0, x, y, false, roundness)
    else if (command === 'Z') {
      path.closed = true
      if (same(points[0]!, x0) && same(points[1]!, y0)) points.length -= 2
    }
  }
  return paths
}

function same(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-9
}

function addQuarter(
  points: number[],
  x0: number,
  y0: number,
  x: number,
  y: number,
  vertical: boolean,
  roundness: Roundness,
): void {
  const [cornerX, cornerY] = vertical ? [x0, y] : [x, y0]
  if (roundness === 'cut') {
    const keep = 0.45
    points.push(x0 + (cornerX - x0) * keep, y0 + (cornerY - y0) * keep)
    points.push(x + (cornerX - x) * keep, y + (cornerY - y) * keep, x, y)
    return
  }
  const towards = (from: number, to: number): number => from + (to - from) * roundness
  addCubic(points, [
    ...[x0, y0, towards(x0, cornerX), towards(y0, cornerY)],
    ...[towards(x, cornerX), towards(y, cornerY), x, y],
  ])
}

function addCubic(points: number[], controls: readonly number[]): void {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = controls as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ]
  for (let i = 1; i <= stepsPerQuarter; i++) {
    const t = i / stepsPerQuarter
    const s = 1 - t
    const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t]
    points.push(a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)
  }
}

/** An upright ellipse that is dragged along a path: half its width, half its height. */
export interface Pen {
  readonly x: number
  readonly y: number
  readonly cap: 'square' | 'round'
}

/** The outline of what the pen covers, as one polygon for the non-zero rule: x₀, y₀, x₁, y₁, …. */
export function outlineOf({ points, closed }: PenPath, pen: Pen): number[] {
  const count = points.length / 2
  const segments = closed ? count : count - 1
  /** Direction of each segment, and how far the pen reaches to its left. */
  const directions: number[] = []
  const reaches: number[] = []
  for (let i = 0; i < segments; i++) {
    const j = (i + 1) % count
    const [dx, dy] = [points[2 * j]! - points[2 * i]!, points[2 * j + 1]! - points[2 * i + 1]!]
    const length = Math.sqrt(dx * dx + dy * dy)
    directions.push(dx / length, dy / length)
    reaches.push(...reach(pen, dy / length, -dx / length))
  }
  const side = (sign: number): number[] => {
    const out: number[] = []
    for (let i = 0; i < count; i++) {
      const before = closed ? (i + count - 1) % count : i - 1
      const after = i === segments ? -1 : i
      if (before < 0 || after < 0) {
        const only = 2 * Math.max(before, after)
        out.push(points[2 * i]! + sign * reaches[only]!, points[2 * i + 1]! + sign * reaches[only + 1]!)
      } else addCorner(out, points, i, directions, reaches, 2 * before, 2 * after, sign, pen)
    }
    return out
  }
  const [left, right] = [side(1), reversed(side(-1))]
  if (closed) return [...left, left[0]!, left[1]!, right.at(-2)!, right.at(-1)!, ...right]
  const cap = (point: number, segment: number, forward: number): number[] =>
    capOf(pen, points[2 * point]!, points[2 * point + 1]!, directions, reaches, 2 * segment, forward)
  return [...left, ...cap(count - 1, segments - 1, 1), ...right, ...cap(0, 0, -1)]
}

/** The point of the pen that is farthest in a direction. */
function reach({ x, y }: Pen, nx: number, ny: number): [number, number] {
  const length = Math.sqrt(x * x * nx * nx + y * y * ny * ny)
  return [(x * x * nx) / length, (y * y * ny) / length]
}

/** Where the sides of two segments meet; a sharp corner is cut. */
function addCorner(
  out: number[],
  points: readonly number[],
  i: number,
  directions: readonly number[],
  reaches: readonly number[],
  a: number,
  b: number,
  sign: number,
  pen: Pen,
): void {
  const [x, y] = [points[2 * i]!, points[2 * i + 1]!]
  const [ax, ay] = [sign * reaches[a]!, sign * reaches[a + 1]!]
  const [bx, by] = [sign * reaches[b]!, sign * reaches[b + 1]!]
  const turn = directions[a]! * directions[b + 1]! - directions[a + 1]! * directions[b]!
  if (Math.abs(turn) < 0.2) {
    out.push(x + (ax + bx) / 2, y + (ay + by) / 2)
    return
  }
  const along = ((bx - ax) * directions[b + 1]! - (by - ay) * directions[b]!) / turn
  if (Math.abs(along) > 2.2 * Math.max(pen.x, pen.y)) out.push(x + ax, y + ay, x + bx, y + by)
  else out.push(x + ax + along * directions[a]!, y + ay + along * directions[a + 1]!)
}

/** The end of a line, from its left to its right side (forward 1) or from right to left at its start (−1). */
function capOf(
  pen: Pen,
  x: number,
  y: number,
  directions: readonly number[],
  reaches: readonly number[],
  at: number,
  forward: number,
): number[] {
  const [dx, dy] = [forward * directions[at]!, forward * directions[at + 1]!]
  const [ox, oy] = [forward * reaches[at]!, forward * reaches[at + 1]!]
  const [tx, ty] = reach(pen, dx, dy)
  const far = tx * dx + ty * dy
  const [ex, ey] = [dx * far, dy * far]
  if (pen.cap === 'square') return [x + ox + ex, y + oy + ey, x - ox + ex, y - oy + ey]
  const k = Math.SQRT1_2
  return [...[x + k * (ox + ex), y + k * (oy + ey)], ...[x + ex, y + ey], ...[x + k * (ex - ox), y + k * (ey - oy)]]
}

function reversed(points: readonly number[]): number[] {
  const out: number[] = []
  for (let i = points.length - 2; i >= 0; i -= 2) out.push(points[i]!, points[i + 1]!)
  return out
}
