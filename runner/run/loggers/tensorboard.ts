import { appendFileSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs'

export interface TensorBoardWriter {
  scalar(tag: string, value: number, step: number): void
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
    add(new Message().double(1, now()).text(3, 'brain.Event:2').finish())
    flush()
  }
  return {
    scalar(tag, value, step) {
      const entry = new Message().text(1, tag).float(2, value).finish()
      const summary = new Message().bytes(1, entry).finish()
      add(new Message().double(1, now()).varint(2, step).bytes(5, summary).finish())
      if (pendingBytes > 1 << 16) flush()
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

/** The few wire types that events need. */
class Message {
  private readonly out: number[] = []

  varint(field: number, value: number): this {
    this.raw(field << 3)
    return this.raw(value)
  }

  double(field: number, value: number): this {
    this.raw((field << 3) | 1)
    this.out.push(...new Uint8Array(Float64Array.of(value).buffer))
    return this
  }

  float(field: number, value: number): this {
    this.raw((field << 3) | 5)
    this.out.push(...new Uint8Array(Float32Array.of(value).buffer))
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    this.raw((field << 3) | 2).raw(value.length)
    for (const byte of value) this.out.push(byte)
    return this
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.out)
  }

  private raw(value: number): this {
    let rest = value
    while (rest > 127) {
      this.out.push((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.out.push(rest)
    return this
  }
}
