import type { Rng } from '../../core/rng.ts'
import type { ImageShape } from '../types.ts'
import type { ImageSplit } from './types.ts'

export const emptySplit: ImageSplit = { count: 0, images: new Uint8Array(0) }

/** Bytes of one picture. */
export function bytesOf({ height, width, channels }: ImageShape): number {
  return height * width * channels
}

/** Pictures `from` up to but not `to`, in the same memory. */
export function slice(split: ImageSplit, from: number, to: number): ImageSplit {
  const pixels = split.count === 0 ? 0 : split.images.length / split.count
  return {
    count: to - from,
    images: split.images.subarray(from * pixels, to * pixels),
    ...(split.labels !== undefined && { labels: split.labels.subarray(from, to) }),
  }
}

/** The pictures of these places, in that order, copied. */
export function pick(split: ImageSplit, places: Uint32Array): ImageSplit {
  const pixels = split.count === 0 ? 0 : split.images.length / split.count
  const images = new Uint8Array(places.length * pixels)
  places.forEach((place, i) => images.set(split.images.subarray(place * pixels, (place + 1) * pixels), i * pixels))
  const { labels } = split
  return {
    count: places.length,
    images,
    ...(labels !== undefined && { labels: Uint8Array.from(places, (place) => labels[place]!) }),
  }
}

/** 0 to n − 1 in an order by chance (Fisher and Yates). */
export function permutation(n: number, rng: Rng, order = new Uint32Array(n)): Uint32Array {
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = n - 1; i > 0; i--) {
    const j = rng.int(i + 1)
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}
