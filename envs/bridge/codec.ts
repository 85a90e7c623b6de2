import { bytesPerElement, sizeOf, viewOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { box, dict, discrete, multiBinary, multiDiscrete, text, tuple, type Space } from '../spaces/index.ts'
import type { SpaceValue } from '../types.ts'

/** A space as server.py describes it: bounds that are all equal come as one, the parts of a Dict in Python's order. */
export type WireSpace =
  | { readonly kind: 'box'; readonly shape: number[]; readonly dtype: DType; readonly low: Bound; readonly high: Bound }
  | { readonly kind: 'discrete'; readonly n: number; readonly start: number }
  | { readonly kind: 'multi-discrete'; readonly nvec: number[] }
  | { readonly kind: 'multi-binary'; readonly shape: number[] }
  | { readonly kind: 'text'; readonly maxLength: number; readonly characters: string }
  | { readonly kind: 'tuple'; readonly spaces: WireSpace[] }
  | { readonly kind: 'dict'; readonly spaces: [string, WireSpace][] }

/** JSON has no infinities: they come as words. */
type Bound = readonly (number | string)[]

export interface Cursor {
  readonly buffer: Buffer
  at: number
}

/** A space of ours and the bytes of its values: arrays as they lie, numbers as float64, texts after their length. */
export interface Codec {
  readonly space: Space
  /** Bytes of a value. */
  size(value: SpaceValue): number
  write(value: SpaceValue, to: Cursor): void
  /** A value of its own: nothing is shared with the buffer. */
  read(from: Cursor): SpaceValue
}

export function codecOf(wire: WireSpace): Codec {
  switch (wire.kind) {
    case 'box': {
      const { shape, dtype } = wire
      const uniform = wire.low.length === 1 && wire.high.length === 1
      const all = (bound: Bound): number[] =>
        bound.length === 1 ? new Array<number>(sizeOf(shape)).fill(Number(bound[0])) : bound.map(Number)
      const [low, high] = uniform ? [Number(wire.low[0]), Number(wire.high[0])] : [all(wire.low), all(wire.high)]
      return arrayCodec(box({ low, high, shape, dtype }), dtype)
    }
    case 'multi-discrete':
      return arrayCodec(multiDiscrete(wire.nvec), 'int32')
    case 'multi-binary':
      return arrayCodec(multiBinary(wire.shape), 'uint8')
    case 'discrete':
      return {
        space: discrete(wire.n, { start: wire.start }),
        size: () => 8,
        write(value, to) {
          to.at = to.buffer.writeDoubleLE(value as number, to.at)
        },
        read(from) {
          from.at += 8
          return from.buffer.readDoubleLE(from.at - 8)
        },
      }
    case 'text':
      return {
        space: text(wire.maxLength, wire.characters),
        size: (value) => 4 + Buffer.byteLength(value as string),
        write(value, to) {
          const bytes = to.buffer.write(value as string, to.at + 4)
          to.buffer.writeUInt32LE(bytes, to.at)
          to.at += 4 + bytes
        },
        read(from) {
          const start = from.at + 4
          from.at = start + from.buffer.readUInt32LE(from.at)
          return from.buffer.toString('utf8', start, from.at)
        },
      }
    case 'tuple': {
      const parts = wire.spaces.map(codecOf)
      return {
        space: tuple(parts.map(({ space }) => space)),
        size: (value) => parts.reduce((sum, part, i) => sum + part.size((value as SpaceValue[])[i]!), 0),
        write: (value, to) => parts.forEach((part, i) => part.write((value as SpaceValue[])[i]!, to)),
        read: (from) => parts.map((part) => part.read(from)),
      }
    }
    case 'dict': {
      const parts = wire.spaces.map(([key, space]) => [key, codecOf(space)] as const)
      type Values = Record<string, SpaceValue>
      return {
        space: dict(Object.fromEntries(parts.map(([key, { space }]) => [key, space]))),
        size: (value) => parts.reduce((sum, [key, part]) => sum + part.size((value as Values)[key]!), 0),
        write: (value, to) => parts.forEach(([key, part]) => part.write((value as Values)[key]!, to)),
        read: (from) => Object.fromEntries(parts.map(([key, part]) => [key, part.read(from)])),
      }
    }
  }
}

function arrayCodec(space: Space, dtype: DType): Codec {
  const length = sizeOf(space.shape ?? [])
  const bytes = length * bytesPerElement(dtype)
  return {
    space,
    size: () => bytes,
    write(value, to) {
      const { buffer, byteOffset } = value as TypedArray
      to.buffer.set(new Uint8Array(buffer, byteOffset, bytes), to.at)
      to.at += bytes
    },
    read(from) {
      const start = from.buffer.byteOffset + from.at
      from.at += bytes
      return viewOf(dtype, from.buffer.buffer.slice(start, start + bytes))
    },
  }
}
