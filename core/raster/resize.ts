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
  let at = 0
  for (let i = 0; i < rows.starts.length; i++) {
    mixRows(source, offset + rows.starts[i]! * stride, stride, rows, i, mixed)
    for (let j = 0; j < columns.starts.length; j++) {
      const first = columns.starts[j]! * channels
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let t = 0, k = first + channel; t < columns.count; t++, k += channels)
          sum += columns.weights[j * columns.count + t]! * mixed[k]!
        out[at++] = sum / scale
      }
    }
  }
}

/** Row `i` of the result before its columns are mixed, times `rows.total`. */
function mixRows(source: Uint8Array, from: number, stride: number, rows: Taps, i: number, mixed: Int32Array): void {
  mixed.fill(0)
  for (let t = 0; t < rows.count; t++) {
    const weight = rows.weights[i * rows.count + t]!
    const start = from + t * stride
    if (weight !== 0) for (let x = 0; x < mixed.length; x++) mixed[x] = mixed[x]! + weight * source[start + x]!
  }
}
