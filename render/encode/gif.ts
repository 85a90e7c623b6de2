import * as gifencModule from 'gifenc'
import type { Frame } from '../canvas/painter.ts'
import { createFrameStore, type FilmEncoder } from './film-encoder.ts'

// A CommonJS package: loaders differ in what they call its default.
type Gifenc = typeof gifencModule.default
const whole: object = gifencModule
const { GIFEncoder, applyPalette, quantize } =
  'quantize' in whole ? (whole as Gifenc) : (whole as { default: Gifenc }).default

export interface GifOptions {
  readonly fps: number
}

/** Colours for the film's own palette are taken from this many frames, spread over it. */
const sampledFrames = 12

/**
 * An endless GIF: one palette for the whole film, and only what changed is drawn again. GIF counts hundredths of a second;
 * the delays are spread so that the film as a whole keeps its rate.
 */
export function createGifEncoder({ fps }: GifOptions): FilmEncoder {
  const frames = createFrameStore()
  return {
    add(frame) {
      frames.add(frame)
      return Promise.resolve()
    },
    finish: () => Promise.resolve(encode(frames.length, frames.get, fps)),
    close: () => undefined,
  }
}

/** The bytes of such a film, of frames in memory. */
export function encodeGif(frames: readonly Frame[], { fps }: GifOptions): Uint8Array {
  return encode(frames.length, (i) => frames[i]!, fps)
}

function encode(count: number, frameAt: (index: number) => Frame, fps: number): Uint8Array {
  if (count === 0) throw new RangeError('a GIF needs at least one frame')
  const palette = [...quantize(sample(count, frameAt), 255), [0, 0, 0]]
  const transparent = palette.length - 1
  const colors = palette.slice(0, transparent)
  const encoder = GIFEncoder()
  let shown: Uint8Array | undefined
  for (let i = 0; i < count; i++) {
    const { width, height, data } = frameAt(i)
    const indexed = applyPalette(data, colors)
    const delta = Uint8Array.from(indexed)
    if (shown !== undefined) for (let k = 0; k < delta.length; k++) if (delta[k] === shown[k]) delta[k] = transparent
    const delay = (Math.round(((i + 1) * 100) / fps) - Math.round((i * 100) / fps)) * 10
    encoder.writeFrame(delta, width, height, {
      ...(i === 0 && { palette, repeat: 0 }),
      transparent: i > 0,
      transparentIndex: transparent,
      delay: Math.max(20, delay),
      dispose: 1,
    })
    shown = indexed
  }
  encoder.finish()
  return encoder.bytes()
}

/** Pixels of frames all over the film, as one RGBA array of its own. */
function sample(count: number, frameAt: (index: number) => Frame): Uint8Array {
  const every = Math.max(1, Math.floor(count / sampledFrames))
  const chosen = Array.from({ length: Math.min(sampledFrames, Math.ceil(count / every)) }, (_, i) => frameAt(i * every))
  const out = new Uint8Array(chosen.reduce((n, frame) => n + frame.data.length, 0))
  let at = 0
  for (const { data } of chosen) {
    out.set(data, at)
    at += data.length
  }
  return out
}
