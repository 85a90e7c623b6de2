import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtobufWriter } from '../../core/protobuf.ts'

const hex = (writer: ProtobufWriter): string => Buffer.from(writer.finish()).toString('hex')

test("protobuf's own examples, and doubles alone and packed", () => {
  // https://protobuf.dev/programming-guides/encoding: 150 in field 1, "testing" in field 2, a message in field 3, −2.
  expect(hex(new ProtobufWriter().int(1, 150))).toBe('089601')
  expect(hex(new ProtobufWriter().string(2, 'testing'))).toBe('120774657374696e67')
  expect(hex(new ProtobufWriter().message(3, (inner) => inner.int(1, 150)))).toBe('1a03089601')
  expect(hex(new ProtobufWriter().int(1, -2))).toBe('08feffffffffffffffff01')
  expect(hex(new ProtobufWriter().double(1, 1.5))).toBe('09000000000000f83f')
  expect(hex(new ProtobufWriter().doubles(6, [1.5, -2]))).toBe('3210000000000000f83f00000000000000c0')
})

test('a whole number is written alike as a number and as a big integer; a fraction is refused', () => {
  const whole = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.maxSafeInteger(),
    fc.constantFrom(2 ** 31 - 1, 2 ** 31, -1),
  )
  fc.assert(
    fc.property(whole, (n) => {
      expect(hex(new ProtobufWriter().int(7, n))).toBe(hex(new ProtobufWriter().int(7, BigInt(n))))
    }),
  )
  expect(() => new ProtobufWriter().int(1, 1.5)).toThrow(RangeError)
})

test('the buffer grows with what is written', () => {
  const bytes = new Uint8Array(1000).fill(7)
  const written = new ProtobufWriter().bytes(1, bytes).bytes(1, bytes).finish()
  expect(written).toHaveLength(2 * 1003)
  expect(written.subarray(3, 1003)).toEqual(bytes)
})
