import { appendFileSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { ProtobufWriter } from '../../../core/protobuf.ts'
import { histogramOf } from './histogram.ts'

/** The bytes of a PNG file, and how large it is. */
export interface PngImage {
  readonly png: Uint8Array
  readonly width: number
  readonly height: number
}

export interface TensorBoardWriter {
  scalar(tag: string, value: number, step: number): void
  /** How values are distributed; those that are not finite are left out. */
  histogram(tag: string, values: ArrayLike<number>, step: number): void
  image(tag: string, image: PngImage, step: number): void
  flush(): void
  close(): void
  /** Bytes of the file once all is flushed: where a resumed run goes on. */
  readonly bytesWritten: number
}

/**
 * Writes an event file that TensorBoard reads: TFRecord framing around protobuf Events. With `offset` an existing file is
 * cut there and continued.
 */
export function createTensorBoardWriter({
  path,
  offset,
}: {
  readonly path: string
  readonly offset?: number
}): TensorBoardWriter {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let onDisk = 0
  const add = (event: Uint8Array): void => {
    const record = frame(event)
    pending.push(record)
    pendingBytes += record.length
  }
  const flush = (): void => {
    if (pendingBytes === 0) return
    appendFileSync(path, Buffer.concat(pending))
    onDisk += pendingBytes
    pending = []
    pendingBytes = 0
  }

  if (offset !== undefined && offset > 0 && existsSync(path) && statSync(path).size >= offset) {
    truncateSync(path, offset)
    onDisk = offset
  } else {
    writeFileSync(path, '')
    add(new ProtobufWriter().double(1, now()).string(3, 'brain.Event:2').finish())
    flush()
  }
  /** An Event with a Summary of one Value, whose fields `value` says after its tag. */
  const summarize = (tag: string, step: number, value: (entry: ProtobufWriter) => void): void => {
    const event = new ProtobufWriter().double(1, now()).int(2, step)
    event.message(5, (summary) => summary.message(1, (entry) => value(entry.string(1, tag))))
    add(event.finish())
    if (pendingBytes > 1 << 16) flush()
  }
  return {
    scalar: (tag, value, step) => summarize(tag, step, (entry) => entry.float(2, value)),
    histogram(tag, values, step) {
      const found = histogramOf(values)
      if (found === undefined) return
      const { min, max, count, sum, sumOfSquares, edges, counts } = found
      summarize(tag, step, (entry) =>
        entry.message(5, (proto) => {
          proto.double(1, min).double(2, max).double(3, count).double(4, sum).double(5, sumOfSquares)
          proto.doubles(6, edges).doubles(7, counts)
        }),
      )
    },
    image(tag, { png, width, height }, step) {
      const rgba = 4
      summarize(tag, step, (entry) =>
        entry.message(4, (proto) => proto.int(1, height).int(2, width).int(3, rgba).bytes(4, png)),
      )
    },
    flush,
    close: flush,
    get bytesWritten() {
      return onDisk + pendingBytes
    },
  }
}

function now(): number {
  return Date.now() / 1000
}

/** TFRecord: uint64 length, its masked CRC, the data, its masked CRC. */
function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length)
  const view = new DataView(record.buffer)
  view.setUint32(0, data.length, true)
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true)
  record.set(data, 12)
  view.setUint32(12 + data.length, maskedCrc(data), true)
  return record
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1
  return c
})

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4). */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
