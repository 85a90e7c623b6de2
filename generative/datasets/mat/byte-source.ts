import { createReadStream } from 'node:fs'
import { finished, type Readable } from 'node:stream'
import { createInflate } from 'node:zlib'

/** Bytes that come one after the other, from a file or out of a zlib stream. None is kept. */
export interface ByteSource {
  /** How many have been taken. */
  position(): number
  /** The next `count` together; shorter where the source ends first. */
  take(count: number): Promise<Uint8Array>
  /** The next `count` as they come, each piece a multiple of `unit` bytes. Gives how many there were: less where the source ends. */
  each(count: number, unit: number, visit: (piece: Uint8Array) => void): Promise<number>
  /** Reads to the end and gives how many bytes that was: what a zlib stream's checksum covers is known to be whole only then. */
  drain(): Promise<number>
  close(): void
}

const chunkBytes = 1 << 18

/** The bytes of a file from `start` up to but not `end`. */
export function fileSource(path: string, start: number, end: number): ByteSource {
  if (end <= start) return sourceOf(undefined)
  return sourceOf(createReadStream(path, { start, end: end - 1, highWaterMark: chunkBytes }))
}

/** What a zlib stream in that part of the file holds. Unpacking goes on in another thread while the pieces are used. */
export function inflatedSource(path: string, start: number, end: number): ByteSource {
  const packed = createReadStream(path, { start, end: Math.max(start, end - 1), highWaterMark: chunkBytes })
  const unpacked = createInflate({ chunkSize: chunkBytes })
  finished(packed, (error) => {
    if (error) unpacked.destroy(error)
  })
  packed.pipe(unpacked)
  return sourceOf(unpacked, () => packed.destroy())
}

const empty = new Uint8Array(0)

function sourceOf(stream: Readable | undefined, alsoClose?: () => void): ByteSource {
  const chunks = stream?.[Symbol.asyncIterator]() as AsyncIterator<Uint8Array> | undefined
  let left: Uint8Array = empty
  let taken = 0

  const more = async (): Promise<boolean> => {
    const next = await chunks?.next()
    if (next === undefined || next.done === true) return false
    left = next.value
    return true
  }
  const source: ByteSource = {
    position: () => taken,
    async take(count) {
      const out = new Uint8Array(count)
      let at = 0
      await source.each(count, 1, (piece) => {
        out.set(piece, at)
        at += piece.length
      })
      return at === count ? out : out.subarray(0, at)
    },
    async each(count, unit, visit) {
      let missing = count
      /** The first bytes of an element that goes on in the next chunk. */
      let begun: Uint8Array = empty
      while (missing > 0) {
        if (left.length === 0 && !(await more())) break
        let piece = left.subarray(0, missing)
        left = left.subarray(piece.length)
        taken += piece.length
        missing -= piece.length
        if (begun.length > 0) piece = Buffer.concat([begun, piece])
        const whole = piece.length - (piece.length % unit)
        if (whole > 0) visit(whole === piece.length ? piece : piece.subarray(0, whole))
        begun = whole === piece.length ? empty : piece.slice(whole)
      }
      return count - missing
    },
    async drain() {
      let count = left.length
      left = empty
      while (await more()) count += left.length
      left = empty
      taken += count
      return count
    },
    close() {
      stream?.destroy()
      alsoClose?.()
    },
  }
  return source
}
