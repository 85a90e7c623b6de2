/**
 * The luminance of a colour, 0 to 255: OpenCV's RGB2GRAY to the bit (0.299 R + 0.587 G + 0.114 B in 15 bits of fraction,
 * rounded).
 */
export function grayOf(red: number, green: number, blue: number): number {
  return (9798 * red + 19235 * green + 3735 * blue + 16384) >> 15
}

/** RGB pixels, 3 bytes each, to as many bytes of luminance as `to` holds. */
export function grayscale(from: Uint8Array, to: Uint8Array): void {
  for (let i = 0, at = 0; i < to.length; i++, at += 3) to[i] = grayOf(from[at]!, from[at + 1]!, from[at + 2]!)
}
