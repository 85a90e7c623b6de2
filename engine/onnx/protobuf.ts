/** Writes the protobuf wire format: varints, 32-bit floats, strings, bytes and nested messages. */
export class ProtobufWriter {
  private buffer = new Uint8Array(1 << 12)
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
    let rest = BigInt.asUintN(64, BigInt(value))
    this.reserve(10)
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
