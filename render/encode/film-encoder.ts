import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Frame } from '../canvas/painter.ts'

/** Takes a film frame by frame, all of one size, and gives the bytes of its file. */
export interface FilmEncoder {
  add(frame: Frame): Promise<void>
  /** Throws a RangeError where no frame was added. */
  finish(): Promise<Uint8Array>
  /** Gives up: nothing is left behind. Idempotent, and harmless after `finish`. */
  close(): void
}

/** Frames that wait for a second look: packed, since an hour of play would not fit in memory otherwise. */
export interface FrameStore {
  readonly length: number
  add(frame: Frame): void
  get(index: number): Frame
}

export function createFrameStore(): FrameStore {
  const packed: { readonly width: number; readonly height: number; readonly bytes: Uint8Array }[] = []
  return {
    get length() {
      return packed.length
    },
    add({ width, height, data }) {
      packed.push({ width, height, bytes: deflateRawSync(data, { level: 1 }) })
    },
    get(index) {
      const { width, height, bytes } = packed[index]!
      // An array of its own: gifenc reads the whole buffer behind a view.
      return { width, height, data: Uint8Array.from(inflateRawSync(bytes)) }
    },
  }
}
