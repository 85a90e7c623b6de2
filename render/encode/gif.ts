import * as gifencModule from 'gifenc'
import type { Frame } from '../canvas/painter.ts'

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
 * The bytes of an endless GIF: one palette for the whole film, and only what changed is drawn again. GIF counts hundredths
 * of a second; the delays are spread so that the film as a whole keeps its rate.
 */
export function encodeGif(frames: readonly Frame[], { fps }: GifOptions): Uint8Array {
  const first = frames[0]
  if (first === undefined) throw new RangeError('a GIF needs at least one frame')
  const { width, height } = first
  const palette = [...quantize(sample(frames), 255), [0, 0, 0]]
  const transparent = palette.length - 1
  const encoder = GIFEncoder()
  let shown: Uint8Array | undefined
  frames.forEach((frame, i) => {
    const indexed = applyPalette(frame.data, palette.slice(0, transparent))
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
  })
  encoder.finish()
  return encoder.bytes()
}

/** Pixels of frames all over the film, as one RGBA array of its own (gifenc reads the whole buffer behind a view). */
function sample(frames: readonly Frame[]): Uint8Array {
  const every = Math.max(1, Math.floor(frames.length / sampledFrames))
  const chosen = frames.filter((_, i) => i % every === 0).slice(0, sampledFrames)
  const out = new Uint8Array(chosen.reduce((n, frame) => n + frame.data.length, 0))
  let at = 0
  for (const { data } of chosen) {
    out.set(data, at)
    at += data.length
  }
  return out
}
