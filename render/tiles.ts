import type { Frame } from './canvas/painter.ts'

/** Frames of one size beside and below each other, row by row, with a white gap of some pixels between them. */
export function tileFrames(frames: readonly Frame[], { columns, gap = 0 }: TileOptions = {}): Frame {
  const first = frames[0]
  if (first === undefined) throw new RangeError('tiles need at least one frame')
  const { width, height } = first
  const across = columns ?? Math.ceil(Math.sqrt(frames.length))
  const down = Math.ceil(frames.length / across)
  const wide = across * width + (across - 1) * gap
  const high = down * height + (down - 1) * gap
  const data = new Uint8Array(wide * high * 4).fill(255)
  frames.forEach((frame, i) => {
    if (frame.width !== width || frame.height !== height)
      throw new RangeError(`tiles of ${width}×${height} got a frame of ${frame.width}×${frame.height}`)
    const left = (i % across) * (width + gap)
    const top = Math.floor(i / across) * (height + gap)
    for (let y = 0; y < height; y++)
      data.set(frame.data.subarray(y * width * 4, (y + 1) * width * 4), ((top + y) * wide + left) * 4)
  })
  return { width: wide, height: high, data }
}

export interface TileOptions {
  /** Default: as many as there are rows, or one more. */
  readonly columns?: number
  /** Pixels. */
  readonly gap?: number
}
