import { usageError } from '../errors.ts'
import { grayOf } from './grayscale.ts'
import { loadPhiKernels } from './kernels/load.ts'
import { imageTaps, resample, resamplePairs, type ImageSize } from './resize.ts'
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
  const pixels = from.height * from.width
  const start = crop.top * from.width + crop.left
  if (arePairs(from.width, crop) && 255 * rows.total <= 65_535) {
    const gray = new Uint16Array(pixels)
    return (one, other, out) => {
      brightestGray(words(one), words(other), one, other, gray)
      resamplePairs(gray, start, from.width, crop.width, rows, columns, out)
    }
  }
  const gray = new Uint8Array(pixels)
  return (one, other, out) => {
    brightestGray(words(one), words(other), one, other, gray)
    resample(gray, start, from.width, crop.width, 1, rows, columns, out)
  }
}

/** Whether each row of a crop begins and ends with a whole pair of pixels. */
function arePairs(stride: number, { left, width }: Crop): boolean {
  return stride % 2 === 0 && left % 2 === 0 && width % 2 === 0
}

/** Four bytes at a time: copied to where memory can be read so, if need be. */
function words(frame: Uint8Array): Int32Array {
  const aligned = frame.byteOffset % 4 === 0 ? frame : frame.slice()
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
}

/** Four pixels, which are three words, at a time; the last few by bytes. */
function brightestGray(
  one: Int32Array,
  other: Int32Array,
  oneBytes: Uint8Array,
  otherBytes: Uint8Array,
  gray: Uint8Array | Uint16Array,
): void {
  const whole = gray.length - (gray.length % 4)
  for (let k = 0, at = 0; k < whole; k += 4, at += 3) {
    const u = brightest(one[at]!, other[at]!)
    const v = brightest(one[at + 1]!, other[at + 1]!)
    const w = brightest(one[at + 2]!, other[at + 2]!)
    gray[k] = grayOf(u & 255, (u >> 8) & 255, (u >> 16) & 255)
    gray[k + 1] = grayOf(u >>> 24, v & 255, (v >> 8) & 255)
    gray[k + 2] = grayOf((v >> 16) & 255, v >>> 24, w & 255)
    gray[k + 3] = grayOf((w >> 8) & 255, (w >> 16) & 255, w >>> 24)
  }
  for (let k = whole; k < gray.length; k++) {
    const [red, green, blue] = [0, 1, 2].map((c) => Math.max(oneBytes[3 * k + c]!, otherBytes[3 * k + c]!))
    gray[k] = grayOf(red!, green!, blue!)
  }
}

const highBits = 0x80808080 | 0
const lowBits = 0x7f7f7f7f

/** The larger of each of four bytes. */
function brightest(a: number, b: number): number {
  const differing = a ^ b
  const lower = (a | highBits) - (b & lowBits)
  // Its high bit, per byte: a ≥ b, by the high bits where they differ and else by the others.
  const larger = ((a & ~b) | (~differing & lower)) & highBits
  const mask = larger | (larger - (larger >>> 7))
  return b ^ (differing & mask)
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
