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
  const gifenc: {
    GIFEncoder(): Encoder
    quantize(rgba: Uint8Array, colors: number): number[][]
    applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array
  }
  export default gifenc
}
