/** A protobuf message as bytes, with the few wire types that TensorBoard's events need. */
export class Message {
  private readonly parts: Uint8Array[] = []

  varint(field: number, value: number): this {
    return this.push(varint(field << 3), varint(value))
  }

  double(field: number, value: number): this {
    return this.push(varint((field << 3) | 1), bytesOf(Float64Array.of(value)))
  }

  float(field: number, value: number): this {
    return this.push(varint((field << 3) | 5), bytesOf(Float32Array.of(value)))
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  /** A repeated field, packed. */
  doubles(field: number, values: readonly number[]): this {
    return this.bytes(field, bytesOf(Float64Array.from(values)))
  }

  bytes(field: number, value: Uint8Array): this {
    return this.push(varint((field << 3) | 2), varint(value.length), value)
  }

  finish(): Uint8Array {
    return Buffer.concat(this.parts)
  }

  private push(...parts: Uint8Array[]): this {
    this.parts.push(...parts)
    return this
  }
}

function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest > 127) {
    out.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return Uint8Array.from([...out, rest])
}

/** Little-endian, as every machine that Node runs on is, and as protobuf wants it. */
function bytesOf({ buffer }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer)
}
