declare module 'gifenc' {
  interface Encoder {
    writeFrame(
      indexed: Uint8Array,
      width: number,
      height: number,
      options: {
        palette?: number[][]
        repeat?: number
        transparent?: boolean
        transparentIndex?: number
        delay?: number
        dispose?: number
      },
    ): void
    finish(): void
    bytes(): Uint8Array
  }
  export function GIFEncoder(): Encoder
  export function quantize(rgba: Uint8Array, colors: number): number[][]
  export function applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array
  const gifenc: { GIFEncoder: typeof GIFEncoder; quantize: typeof quantize; applyPalette: typeof applyPalette }
  export default gifenc
}
