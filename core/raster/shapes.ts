import type { Ink, Raster } from './raster.ts'
import { circleRegion, fillRegion, polygonRegion, rectRegion, strokeRegion } from './regions.ts'

/**
 * Drawing without anti-aliasing: a pixel is painted where its centre lies inside the shape, by plain arithmetic, so that
 * pictures are the same bytes everywhere. Coordinates and sizes are pixels, from the top left corner; what lies outside of
 * the raster is left out.
 */
export function fillRect(raster: Raster, x: number, y: number, width: number, height: number, ink: Ink): void {
  fillRegion(raster, rectRegion(x, y, width, height), ink)
}

export function fillCircle(raster: Raster, x: number, y: number, radius: number, ink: Ink): void {
  fillRegion(raster, circleRegion(x, y, radius), ink)
}

/** x₀, y₀, x₁, y₁, …; closed. */
export function fillPolygon(raster: Raster, points: readonly number[], ink: Ink): void {
  fillRegion(raster, polygonRegion(points), ink)
}

/** x₀, y₀, x₁, y₁, …; at least a pixel wide. */
export function drawLine(raster: Raster, points: readonly number[], ink: Ink, width = 1): void {
  fillRegion(raster, strokeRegion(points, width), ink)
}

/** Copies a raster into another of as many channels, its corner at whole pixels. */
export function blit(raster: Raster, image: Raster, x: number, y: number): void {
  const { channels } = raster
  if (image.channels !== channels)
    throw new RangeError(`blit expects images of ${channels} channels, as those they are put on; got ${image.channels}`)
  const [left, right] = [Math.max(0, -x), Math.min(image.width, raster.width - x)]
  if (left >= right) return
  for (let row = Math.max(0, -y); row < Math.min(image.height, raster.height - y); row++) {
    const pixels = image.data.subarray((row * image.width + left) * channels, (row * image.width + right) * channels)
    raster.data.set(pixels, ((y + row) * raster.width + x + left) * channels)
  }
}
