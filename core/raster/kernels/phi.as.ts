/**
 * AssemblyScript, not TypeScript: the two passes of φ in WebAssembly SIMD. `compile.mjs` makes `phi-module.ts` of it, and
 * `../phi.ts` calls it; its twin in TypeScript is `createPlainPhi` there. Pointers are byte addresses.
 */

/** The luminance of four RGB pixels at the head of `bytes`, as four int32: see `../grayscale.ts`. */
function grayOfFour(bytes: v128): v128 {
  // Pairs of int16: red and green of a pixel; its blue and nothing.
  const redGreen = i8x16.swizzle(bytes, i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1))
  const blue = i8x16.swizzle(bytes, i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1))
  const most = i32x4.dot_i16x8_s(redGreen, i16x8(9798, 19235, 9798, 19235, 9798, 19235, 9798, 19235))
  const rest = i32x4.dot_i16x8_s(blue, i16x8(3735, 0, 3735, 0, 3735, 0, 3735, 0))
  return i32x4.shr_s(i32x4.add(i32x4.add(most, rest), i32x4.splat(16384)), 15)
}

/**
 * The luminance of the brighter of two frames, channel by channel. Sixteen pixels at a time: up to 49 bytes beyond the
 * frames are read and up to 15 beyond `out` written.
 */
export function brightestGray(first: usize, second: usize, out: usize, pixels: i32): void {
  const end = out + pixels
  while (out < end) {
    const a = grayOfFour(v128.max<u8>(v128.load(first), v128.load(second)))
    const b = grayOfFour(v128.max<u8>(v128.load(first, 12), v128.load(second, 12)))
    const c = grayOfFour(v128.max<u8>(v128.load(first, 24), v128.load(second, 24)))
    const d = grayOfFour(v128.max<u8>(v128.load(first, 36), v128.load(second, 36)))
    v128.store(out, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)))
    first += 48
    second += 48
    out += 16
  }
}

/** Weighted sums of `taps` rows of bytes from `from` on, as uint16; `width` is rounded up to a multiple of 16. */
function mixRows(from: usize, stride: i32, weights: usize, taps: i32, width: i32, out: usize): void {
  for (let x: i32 = 0; x < width; x += 16) {
    let low = i16x8.splat(0)
    let high = i16x8.splat(0)
    for (let t: i32 = 0; t < taps; t++) {
      const bytes = v128.load(from + t * stride + x)
      const weight = v128.load16_splat(weights + 2 * t)
      low = i16x8.add(low, i16x8.mul(i16x8.extend_low_i8x16_u(bytes), weight))
      high = i16x8.add(high, i16x8.mul(i16x8.extend_high_i8x16_u(bytes), weight))
    }
    v128.store(out + 2 * x, low)
    v128.store(out + 2 * x, high, 16)
  }
}

/** Weighted sums of `taps` neighbours in a row of uint16, as int32. */
function mixColumns(row: usize, starts: usize, weights: usize, taps: i32, width: i32, sums: usize): void {
  for (let j: i32 = 0; j < width; j++) {
    const from = row + 2 * load<i32>(starts + 4 * j)
    let sum: i32 = 0
    for (let t: i32 = 0; t < taps; t++) sum += <i32>load<u16>(from + 2 * t) * <i32>load<u16>(weights + 2 * t)
    store<i32>(sums + 4 * j, sum)
    weights += 2 * taps
  }
}

/** sums / scale as bytes, half to even. Exact below 2²⁴. Up to 3 bytes beyond `out` are written. */
function divide(sums: usize, width: i32, scale: f32, out: usize): void {
  for (let j: i32 = 0; j < width; j += 4) {
    const quotient = f32x4.div(f32x4.convert_i32x4_s(v128.load(sums + 4 * j)), f32x4.splat(scale))
    const words = i32x4.trunc_sat_f32x4_s(f32x4.nearest(quotient))
    const halves = i16x8.narrow_i32x4_s(words, words)
    v128.store32_lane(out + j, i8x16.narrow_i16x8_u(halves, halves), 0)
  }
}

/** `resample` of `../resize.ts` for one channel: starts are int32, weights uint16; `row` and `sums` are scratch rows. */
export function resample(
  source: usize,
  stride: i32,
  sourceWidth: i32,
  rowStarts: usize,
  rowWeights: usize,
  rowTaps: i32,
  height: i32,
  columnStarts: usize,
  columnWeights: usize,
  columnTaps: i32,
  width: i32,
  scale: f32,
  row: usize,
  sums: usize,
  out: usize,
): void {
  for (let i: i32 = 0; i < height; i++) {
    mixRows(source + load<i32>(rowStarts + 4 * i) * stride, stride, rowWeights, rowTaps, sourceWidth, row)
    mixColumns(row, columnStarts, columnWeights, columnTaps, width, sums)
    divide(sums, width, scale, out)
    rowWeights += 2 * rowTaps
    out += width
  }
}
