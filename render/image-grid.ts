import { usageError } from '../core/errors.ts'
import { createRaster, drawText, inkOf } from '../core/raster/index.ts'
import type { Frame } from './canvas/painter.ts'

export interface ImageGrid {
  /** count × height × width × channels bytes, row by row. */
  readonly images: Uint8Array
  readonly height: number
  readonly width: number
  /** 1: gray, 3: red, green and blue. */
  readonly channels: number
  readonly columns: number
  /** As many as the pictures fill unless given; what fits in no row is left out, cells without a picture stay empty. */
  readonly rows?: number
  /** Pixels between pictures and around them; 2 unless given. */
  readonly gap?: number
  /** Pixels that a pixel becomes, a whole number; 1 unless given. */
  readonly scale?: number
  /** Each picture from its own darkest value to its own brightest, over 0 to 255. */
  readonly stretch?: boolean
  /** A short line under each picture, in dots of 3 × 5. */
  readonly labels?: readonly string[]
  /** Of gaps, and of the letters on them. */
  readonly background?: string
  readonly ink?: string
}

/** Many small pictures as one, in rows from the top left, pixels kept as squares. */
export function imageGrid(grid: ImageGrid): Frame {
  const { images, height, width, channels, columns, gap = 2, scale = 1, stretch = false, labels } = grid
  const bytes = height * width * channels
  const count = bytes === 0 ? 0 : images.length / bytes
  if (channels !== 1 && channels !== 3) throw usageError(`A grid shows pictures of 1 or 3 channels, got ${channels}.`)
  if (!Number.isInteger(count) || count < 1)
    throw usageError(
      `A grid expects whole pictures of ${height} × ${width} × ${channels} bytes, got ${images.length} bytes.`,
    )
  const rows = grid.rows ?? Math.ceil(count / columns)
  for (const [name, value, least] of [
    ['columns', columns, 1],
    ['rows', rows, 1],
    ['scale', scale, 1],
    ['gap', gap, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw usageError(`A grid expects ${name}, a whole number of at least ${least}, got ${value}.`)

  const dot = Math.max(1, Math.floor(scale / 2))
  const line = labels === undefined ? 0 : 7 * dot
  const [cellWidth, cellHeight] = [width * scale + gap, height * scale + line + gap]
  const raster = createRaster(gap + columns * cellWidth, gap + rows * cellHeight)
  const { red, green, blue } = inkOf(grid.background ?? '#ffffff')
  for (let i = 0; i < raster.data.length; i += 3) raster.data.set([red, green, blue], i)
  for (let n = 0; n < Math.min(count, rows * columns); n++) {
    const [left, top] = [gap + (n % columns) * cellWidth, gap + Math.floor(n / columns) * cellHeight]
    const picture = images.subarray(n * bytes, (n + 1) * bytes)
    const levelOf = stretch ? stretched(picture) : undefined
    for (let y = 0; y < height * scale; y++)
      for (let x = 0; x < width * scale; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels
        const to = 3 * ((top + y) * raster.width + left + x)
        for (let k = 0; k < 3; k++) {
          const level = picture[channels === 1 ? from : from + k]!
          raster.data[to + k] = levelOf === undefined ? level : levelOf[level]!
        }
      }
    const label = labels?.[n]
    if (label !== undefined)
      drawText(raster, label, left, top + height * scale + dot, inkOf(grid.ink ?? '#2b2d33'), dot)
  }
  const data = new Uint8Array(raster.width * raster.height * 4).fill(255)
  for (let i = 0; i < raster.width * raster.height; i++) data.set(raster.data.subarray(3 * i, 3 * i + 3), 4 * i)
  return { width: raster.width, height: raster.height, data }
}

/** What each level of a picture becomes; one level alone stays as it is. */
function stretched(picture: Uint8Array): Uint8Array | undefined {
  let [least, most] = [255, 0]
  for (const level of picture) {
    least = Math.min(least, level)
    most = Math.max(most, level)
  }
  if (most === least) return undefined
  return Uint8Array.from({ length: 256 }, (_, level) => {
    const share = (level - least) / (most - least)
    return Math.round(255 * Math.min(1, Math.max(0, share)))
  })
}
