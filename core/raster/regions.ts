import { fillSpan, type Ink, type Raster } from './raster.ts'

/** x from the first number up to but not the second. */
export type Interval = readonly [from: number, to: number]

/** A part of the plane, told row by row. Coordinates are pixels, right and down from the corner of the first one. */
export interface Region {
  readonly top: number
  readonly bottom: number
  /** The disjoint intervals that are inside at height y, from left to right. */
  at(y: number): readonly Interval[]
}

/** The pixels whose centres lie inside, so that neighbours neither overlap nor leave a gap. */
export function fillRegion(raster: Raster, region: Region, ink: Ink): void {
  eachSpan(raster, region, (y, from, to) => fillSpan(raster, y, from, to, ink))
}

/** Calls `visit` for every run of pixels of the raster whose centres lie inside. */
export function eachSpan(raster: Raster, region: Region, visit: (y: number, from: number, to: number) => void): void {
  const last = Math.min(raster.height, firstCentre(region.bottom))
  for (let y = Math.max(0, firstCentre(region.top)); y < last; y++)
    for (const [from, to] of region.at(y + 0.5)) {
      const [start, end] = [Math.max(0, firstCentre(from)), Math.min(raster.width, firstCentre(to))]
      if (start < end) visit(y, start, end)
    }
}

/** The first pixel whose centre is not before `x`. */
function firstCentre(x: number): number {
  return Math.ceil(x - 0.5)
}

export function rectRegion(x: number, y: number, width: number, height: number): Region {
  const row: readonly Interval[] = [[x, x + width]]
  return { top: y, bottom: y + height, at: () => row }
}

export function circleRegion(x: number, y: number, radius: number): Region {
  return {
    top: y - radius,
    bottom: y + radius,
    at(row) {
      const square = radius * radius - (row - y) * (row - y)
      if (square <= 0) return []
      const half = Math.sqrt(square)
      return [[x - half, x + half]]
    },
  }
}

/** x₀, y₀, x₁, y₁, …, closed; inside is what its outline goes round (the non-zero rule, as on a canvas). */
export function polygonRegion(points: readonly number[]): Region {
  let [top, bottom] = [Infinity, -Infinity]
  for (let i = 1; i < points.length; i += 2) {
    top = Math.min(top, points[i]!)
    bottom = Math.max(bottom, points[i]!)
  }
  /** Where sides cross a height, from left to right, and which way. */
  const crossings: number[] = []
  const turns: number[] = []
  return {
    top,
    bottom,
    at(y) {
      let count = 0
      let [x0, y0] = [points[points.length - 2]!, points[points.length - 1]!]
      for (let i = 0; i + 1 < points.length; i += 2) {
        const [x1, y1] = [points[i]!, points[i + 1]!]
        if (y0 <= y !== y1 <= y) {
          const x = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)
          let place = count++
          for (; place > 0 && crossings[place - 1]! > x; place--) {
            crossings[place] = crossings[place - 1]!
            turns[place] = turns[place - 1]!
          }
          crossings[place] = x
          turns[place] = y0 <= y ? 1 : -1
        }
        x0 = x1
        y0 = y1
      }
      const intervals: Interval[] = []
      let [round, from] = [0, 0]
      for (let i = 0; i < count; i++) {
        const x = crossings[i]!
        if (round === 0) from = x
        round += turns[i]!
        if (round === 0) intervals.push([from, x])
      }
      return intervals
    },
  }
}

/** Everything that lies in one of the regions, so that a translucent colour covers it once. */
export function unionRegion(regions: readonly Region[]): Region {
  return {
    top: Math.min(...regions.map(({ top }) => top)),
    bottom: Math.max(...regions.map(({ bottom }) => bottom)),
    at(y) {
      const parts = regions.filter(({ top, bottom }) => top <= y && y < bottom).flatMap((region) => region.at(y))
      parts.sort((a, b) => a[0] - b[0])
      const merged: Interval[] = []
      for (const part of parts) {
        const last = merged.at(-1)
        if (last === undefined || part[0] > last[1]) merged.push(part)
        else merged[merged.length - 1] = [last[0], Math.max(last[1], part[1])]
      }
      return merged
    },
  }
}

/** What a convex region has and another one inside of it has not. */
export function ringRegion(outer: Region, inner: Region): Region {
  return {
    top: outer.top,
    bottom: outer.bottom,
    at(y) {
      const [around] = outer.at(y)
      const [hole] = inner.top <= y && y < inner.bottom ? inner.at(y) : []
      if (around === undefined) return []
      if (hole === undefined) return [around]
      return [
        [around[0], hole[0]],
        [hole[1], around[1]],
      ]
    },
  }
}

/** A line through the points with round ends and joints; thinner than a pixel it is one pixel wide. */
export function strokeRegion(points: readonly number[], width: number, closed = false): Region {
  const radius = Math.max(width, 1) / 2
  const parts: Region[] = []
  const count = points.length / 2
  for (let i = 0; i < (closed ? count : Math.max(1, count - 1)); i++) {
    const next = (i + 1) % count
    const [x0, y0, x1, y1] = [points[2 * i]!, points[2 * i + 1]!, points[2 * next]!, points[2 * next + 1]!]
    const length = Math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
    if (radius > 0.5 || length === 0) parts.push(circleRegion(x0, y0, radius), circleRegion(x1, y1, radius))
    if (length === 0) continue
    const [dx, dy] = [((x1 - x0) / length) * radius, ((y1 - y0) / length) * radius]
    parts.push(polygonRegion([x0 - dy, y0 + dx, x1 - dy, y1 + dx, x1 + dy, y1 - dx, x0 + dy, y0 - dx]))
  }
  return unionRegion(parts)
}
