/** The little of WebAssembly's binary format (1.0 plus fixed-width SIMD) that fused loops need. */

/** TypeScript declares WebAssembly in its DOM library only. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
interface WasmApi {
  readonly Memory: new (limits: { initial: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly run: () => void } }
}
export const WebAssembly = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly

export const i32 = 0x7f
export const f32 = 0x7d
export const v128 = 0x7b

export const op = {
  block: 0x02,
  loop: 0x03,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  f32Load: 0x2a,
  f32Store: 0x38,
  i32Const: 0x41,
  f32Const: 0x43,
  i32Eq: 0x46,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i32Add: 0x6a,
  f32Add: 0x92,
} as const

/** One-instruction arithmetic on one number, and on four (after the prefix 0xfd). */
export const arithmetic = {
  Abs: { scalar: 0x8b, simd: 0xe0 },
  Neg: { scalar: 0x8c, simd: 0xe1 },
  Sqrt: { scalar: 0x91, simd: 0xe3 },
  Add: { scalar: 0x92, simd: 0xe4 },
  Sub: { scalar: 0x93, simd: 0xe5 },
  Mul: { scalar: 0x94, simd: 0xe6 },
  Div: { scalar: 0x95, simd: 0xe7 },
  Min: { scalar: 0x96, simd: 0xe8 },
  Max: { scalar: 0x97, simd: 0xe9 },
} as const

export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest === 0 ? low : low | 128)
  } while (rest !== 0)
  return bytes
}

export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
    bytes.push(done ? low : low | 128)
    if (done) return bytes
  }
}

export function float32(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)]
}

/** Addresses go to 4 GiB, and i32 constants are signed. */
export const address = (bytes: number): number[] => [op.i32Const, ...signed(bytes | 0)]

export const simd = (code: number): number[] => [0xfd, ...unsigned(code)]
/** Alignment hint 16 bytes; `offset` in bytes. */
export const loadVectorAt = (offset: number): number[] => [...simd(0), 4, ...unsigned(offset)]
export const loadVector = loadVectorAt(0)
export const storeVector = [...simd(0x0b), 4, 0]
export const splat = simd(0x13)
/** The number at an address, four times. */
export const loadSplat = [...simd(0x09), 2, 0]
/** One element of a vector. */
export const element = (index: number): number[] => [...simd(0x1f), index]
/** All bits of an element where the first is less than the second: of numbers that are no numbers, none. */
export const isLess = simd(0x43)
/** The first's bits where the second has none. */
export const andNot = simd(0x4f)

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content]
const name = (text: string): number[] => vector([...new TextEncoder().encode(text)].map((byte) => [byte]))

export interface WasmFunction {
  readonly parameters: readonly number[]
  /** Types of the locals after the parameters. */
  readonly locals: readonly number[]
  /** Instructions without the closing `end`. */
  readonly body: readonly number[]
  /** The type of what it returns, if it returns anything. */
  readonly result?: number
}

/** A module that imports `env.memory` and exports its last function as `run`. */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    ...[0x60, ...vector(parameters.map((type) => [type]))],
    ...vector(result === undefined ? [] : [[result]]),
  ])
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, type])), ...body, op.end]
    return [...unsigned(code.length), ...code]
  })
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...name('env'), ...name('memory'), 2, 0, 0]])),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector([[...name('run'), 0, ...unsigned(functions.length - 1)]])),
    ...section(10, vector(bodies)),
  ])
}
