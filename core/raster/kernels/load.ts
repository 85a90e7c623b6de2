import { phiModule } from './phi-module.ts'

/** The exports of phi.as.ts; pointers are byte addresses in `memory`. */
export interface PhiKernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  brightestGray(first: number, second: number, out: number, pixels: number): void
  resample(
    source: number,
    stride: number,
    sourceWidth: number,
    rowStarts: number,
    rowWeights: number,
    rowTaps: number,
    height: number,
    columnStarts: number,
    columnWeights: number,
    columnTaps: number,
    width: number,
    scale: number,
    row: number,
    sums: number,
    out: number,
  ): void
}

/** TypeScript declares WebAssembly in its DOM library only. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: PhiKernels }
}

let compiled: object | undefined

/** A new instance with `bytes` of memory, or undefined where there is no WebAssembly with SIMD. */
export function loadPhiKernels(bytes: number): PhiKernels | undefined {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly?: WasmApi }
  if (WebAssembly === undefined) return undefined
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(phiModule), (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
  const kernels = new WebAssembly.Instance(compiled, {}).exports
  kernels.memory.grow(Math.ceil(bytes / 65_536))
  return kernels
}
