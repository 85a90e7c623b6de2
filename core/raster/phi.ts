import { usageError } from '../errors.ts'
import { grayOf } from './grayscale.ts'
import { loadPhiKernels } from './kernels/load.ts'
import { imageTaps, resample, type ImageSize } from './resize.ts'
import type { Taps } from './taps.ts'

/** A part of an image, in its pixels. */
export interface Crop extends ImageSize {
  readonly top: number
  readonly left: number
}

export interface PhiOptions {
  /** Of the frames: height × width × 3 bytes. */
  readonly from: ImageSize
  /** What is kept of them; all by default. */
  readonly crop?: Crop | undefined
  readonly to: ImageSize
}

/**
 * The part of Mnih et al.'s φ that makes one picture of two frames: the brighter of each channel's two values, its luminance,
 * cropped and resized by area, written to `out` (height × width bytes). The same frame twice is that frame.
 */
export type Phi = (first: Uint8Array, second: Uint8Array, out: Uint8Array) => void

/** In WebAssembly where there is SIMD and the sums fit its registers, else `createPlainPhi`: the bytes are the same. */
export function createPhi(options: PhiOptions): Phi {
  const { from, to } = options
  const crop = checked(options)
  const [rows, columns] = imageTaps(crop, to, 'area')
  const pixels = from.height * from.width
  const spare = 64
  let used = 0
  const place = (bytes: number): number => {
    const at = used
    used = Math.ceil((used + bytes + spare) / 16) * 16
    return at
  }
  const [first, second, gray] = [place(3 * pixels), place(3 * pixels), place(pixels)]
  const [row, sums, result] = [place(2 * crop.width), place(4 * to.width), place(to.height * to.width)]
  const [rowStarts, rowWeights] = [place(4 * to.height), place(2 * rows.weights.length)]
  const [columnStarts, columnWeights] = [place(4 * to.width), place(2 * columns.weights.length)]

  const kernels = fits(rows, columns) ? loadPhiKernels(used) : undefined
  if (kernels === undefined) return createPlainPhi(options)
  const { buffer } = kernels.memory
  const bytes = new Uint8Array(buffer)
  for (const [at, starts] of [[rowStarts, rows.starts] as const, [columnStarts, columns.starts] as const])
    new Int32Array(buffer, at, starts.length).set(starts)
  for (const [at, weights] of [[rowWeights, rows.weights] as const, [columnWeights, columns.weights] as const])
    new Uint16Array(buffer, at, weights.length).set(weights)

  const start = gray + crop.top * from.width + crop.left
  const scale = rows.total * columns.total
  const picture = bytes.subarray(result, result + to.height * to.width)
  return (one, other, out) => {
    bytes.set(one, first)
    if (other !== one) bytes.set(other, second)
    kernels.brightestGray(first, other === one ? first : second, gray, pixels)
    kernels.resample(
      start,
      from.width,
      crop.width,
      rowStarts,
      rowWeights,
      rows.count,
      to.height,
      columnStarts,
      columnWeights,
      columns.count,
      to.width,
      scale,
      row,
      sums,
      result,
    )
    out.set(picture)
  }
}

/** The twin of the WebAssembly kernels. */
export function createPlainPhi(options: PhiOptions): Phi {
  const { from, to } = options
  const crop = checked(options)
  const [rows, columns] = imageTaps(crop, to, 'area')
  const gray = new Uint8Array(crop.height * crop.width)
  return (one, other, out) => {
    brightestGray(one, other, from.width, crop, gray)
    resample(gray, 0, crop.width, crop.width, 1, rows, columns, out)
  }
}

function brightestGray(one: Uint8Array, other: Uint8Array, stride: number, crop: Crop, gray: Uint8Array): void {
  const { top, left, height, width } = crop
  for (let y = 0; y < height; y++) {
    let at = 3 * ((top + y) * stride + left)
    for (let k = y * width, end = k + width; k < end; k++, at += 3) {
      const red = larger(one[at]!, other[at]!)
      const green = larger(one[at + 1]!, other[at + 1]!)
      const blue = larger(one[at + 2]!, other[at + 2]!)
      gray[k] = grayOf(red, green, blue)
    }
  }
}

/** Without a branch, which noise would make the processor guess wrong. */
function larger(a: number, b: number): number {
  const less = a - b
  return a - (less & (less >> 31))
}

/** Sums of rows are uint16 in the kernels, and sums of all float32. */
function fits(rows: Taps, columns: Taps): boolean {
  return 255 * rows.total <= 65_535 && rows.total * columns.total <= 65_536
}

function checked({ from, crop = { top: 0, left: 0, ...from } }: PhiOptions): Crop {
  const { top, left, height, width } = crop
  const inside = top >= 0 && left >= 0 && top + height <= from.height && left + width <= from.width
  if (!inside || !(height >= 1 && width >= 1))
    throw usageError(
      `A crop of ${height} × ${width} from ${top}, ${left} does not lie in frames of ${from.height} × ${from.width}.`,
    )
  return crop
}
