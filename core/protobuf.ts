/** Writes the protobuf wire format: varints, floats and doubles, strings, bytes and nested messages. */
export class ProtobufWriter {
  private buffer = new Uint8Array(256)
  private length = 0

  int(field: number, value: number | bigint): this {
    return this.tag(field, 0).varint(value)
  }

  float(field: number, value: number): this {
    this.tag(field, 5).reserve(4)
    new DataView(this.buffer.buffer).setFloat32(this.length, value, true)
    this.length += 4
    return this
  }

  double(field: number, value: number): this {
    this.tag(field, 1).reserve(8)
    new DataView(this.buffer.buffer).setFloat64(this.length, value, true)
    this.length += 8
    return this
  }

  /** A repeated field, packed. */
  doubles(field: number, values: readonly number[]): this {
    const packed = new DataView(new ArrayBuffer(8 * values.length))
    values.forEach((value, i) => packed.setFloat64(8 * i, value, true))
    return this.bytes(field, new Uint8Array(packed.buffer))
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    this.tag(field, 2).varint(value.length)
    this.reserve(value.length)
    this.buffer.set(value, this.length)
    this.length += value.length
    return this
  }

  message(field: number, fill: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter()
    fill(inner)
    return this.bytes(field, inner.finish())
  }

  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  private tag(field: number, wireType: number): this {
    return this.varint(field * 8 + wireType)
  }

  private varint(value: number | bigint): this {
    this.reserve(10)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31) {
      // Tags, lengths, steps: big integers take several times as long.
      for (; value > 127; value >>>= 7) this.buffer[this.length++] = (value & 127) | 128
      this.buffer[this.length++] = value
      return this
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    do {
      const low = Number(rest & 127n)
      rest >>= 7n
      this.buffer[this.length++] = rest === 0n ? low : low | 128
    } while (rest !== 0n)
    return this
  }

  private reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.buffer.length) return
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, needed))
    larger.set(this.buffer.subarray(0, this.length))
    this.buffer = larger
  }
}
