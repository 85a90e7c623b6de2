import { tapsOf, type Interpolation, type Taps } from './taps.ts'

export interface ImageSize {
  readonly height: number
  readonly width: number
}

/** Resizes one image into another: height × width × channels bytes each, rows first. */
export type Resize = (from: Uint8Array, to: Uint8Array) => void

/**
 * Like OpenCV's `resize` with INTER_AREA (within one grey level, nearly always equal), INTER_LINEAR (within one) or
 * INTER_NEAREST (equal). Each filter is a pair of tables of whole numbers; a result is an exact fraction rounded once, half
 * to even.
 */
export function createResize(from: ImageSize, to: ImageSize, interpolation: Interpolation, channels = 1): Resize {
  const [rows, columns] = imageTaps(from, to, interpolation)
  const stride = from.width * channels
  return (source, target) => resample(source, 0, stride, from.width, channels, rows, columns, target)
}

/** The taps of the two axes of an image. */
export function imageTaps(from: ImageSize, to: ImageSize, interpolation: Interpolation): readonly [Taps, Taps] {
  const enlarging = to.height > from.height || to.width > from.width
  return [
    tapsOf(from.height, to.height, interpolation, enlarging),
    tapsOf(from.width, to.width, interpolation, enlarging),
  ]
}

/** `offset`: of the first element that is read; `stride`: elements from a row of the source to the next. */
export function resample(
  source: Uint8Array,
  offset: number,
  stride: number,
  width: number,
  channels: number,
  rows: Taps,
  columns: Taps,
  target: Uint8Array,
): void {
  // A clamped array rounds half to even as it stores.
  const out = new Uint8ClampedArray(target.buffer, target.byteOffset, target.length)
  const mixed = new Int32Array(width * channels)
  const scale = rows.total * columns.total
  for (let i = 0; i < rows.starts.length; i++) {
    mixRows(source, offset + rows.starts[i]! * stride, stride, rows.weights, i * rows.count, rows.count, mixed)
    const at = i * columns.starts.length * channels
    for (let channel = 0; channel < channels; channel++)
      mixColumns(mixed, channel, channels, columns, scale, out, at + channel)
  }
}

/**
 * The same of one channel in uint16, two pixels of a row at a time: `offset`, `stride` and `width` are even, and
 * 255 · `rows.total` fits 16 bits.
 */
export function resamplePairs(
  source: Uint16Array,
  offset: number,
  stride: number,
  width: number,
  rows: Taps,
  columns: Taps,
  target: Uint8Array,
): void {
  const out = new Uint8ClampedArray(target.buffer, target.byteOffset, target.length)
  const pairs = new Int32Array(source.buffer, source.byteOffset, source.length >> 1)
  const mixedPairs = new Int32Array(width >> 1)
  const mixed = new Uint16Array(mixedPairs.buffer)
  const scale = rows.total * columns.total
  for (let i = 0; i < rows.starts.length; i++) {
    const start = (offset + rows.starts[i]! * stride) >> 1
    mixRows(pairs, start, stride >> 1, rows.weights, i * rows.count, rows.count, mixedPairs)
    mixColumns(mixed, 0, 1, columns, scale, out, i * columns.starts.length)
  }
}

/** A row of the result before its columns are mixed, times `rows.total`. */
function mixRows(
  source: Uint8Array | Int32Array,
  from: number,
  stride: number,
  weights: Int32Array,
  firstWeight: number,
  count: number,
  mixed: Int32Array,
): void {
  // Three rows at a time, which is all that Atari frames need; what is missing has no weight.
  for (let t = 0; t < count; t += 3) {
    const two = t + 1 < count
    const three = t + 2 < count
    const a = weights[firstWeight + t]!
    const b = two ? weights[firstWeight + t + 1]! : 0
    const c = three ? weights[firstWeight + t + 2]! : 0
    let i = from + t * stride
    let j = two ? i + stride : i
    let k = three ? j + stride : i
    if (t === 0)
      for (let x = 0; x < mixed.length; x++) mixed[x] = a * source[i++]! + b * source[j++]! + c * source[k++]!
    else
      for (let x = 0; x < mixed.length; x++)
        mixed[x] = mixed[x]! + a * source[i++]! + b * source[j++]! + c * source[k++]!
  }
}

/** One channel of a row of the result; `step` elements lie from pixel to pixel. */
function mixColumns(
  mixed: Int32Array | Uint16Array,
  channel: number,
  step: number,
  { starts, weights, count }: Taps,
  scale: number,
  out: Uint8ClampedArray,
  outStart: number,
): void {
  for (let j = 0, w = 0, at = outStart; j < starts.length; j++, at += step) {
    let k = starts[j]! * step + channel
    let sum = weights[w++]! * mixed[k]!
    for (let t = 1; t < count; t++) sum += weights[w++]! * mixed[(k += step)]!
    out[at] = sum / scale
  }
}
