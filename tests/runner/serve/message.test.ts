import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dtypes, viewOf, type TypedArray } from '../../../core/dtype.ts'
import { createMessageReader, encodeMessage, ShapedArray } from '../../../runner/serve/message.ts'

const array: fc.Arbitrary<TypedArray> = fc
  .tuple(fc.constantFrom(...dtypes), fc.uint8Array({ maxLength: 12 }))
  .map(([dtype, bytes]) =>
    viewOf(
      dtype === 'bool' ? 'uint8' : dtype,
      Uint8Array.from([...bytes, ...bytes]).buffer.slice(0, bytes.length & ~7),
    ),
  )

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), array),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.string().filter((key) => !key.startsWith('$') && key !== '__proto__'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value

test('messages come out as they went in, in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3 }), fc.integer({ min: 1, max: 40 }), (values, piece) => {
      const bytes = Buffer.concat(values.map((one) => encodeMessage({ one })))
      const read = createMessageReader()
      const messages = []
      for (let at = 0; at < bytes.length; at += piece) messages.push(...read(bytes.subarray(at, at + piece)))
      // JSON knows no -0.
      const plain = (x: unknown): unknown => (Object.is(x, -0) ? 0 : x)
      const deep = (x: unknown): unknown =>
        Array.isArray(x)
          ? x.map(deep)
          : typeof x === 'object' && x !== null && !ArrayBuffer.isView(x)
            ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, deep(v)]))
            : plain(x)
      expect(messages.map(deep)).toEqual(values.map((one) => ({ one: deep(one) })))
    }),
  )
})

test('what is no data is left out, and an info that holds itself ends', () => {
  const loop: Record<string, unknown> = { f: () => 0, n: 10n }
  loop['self'] = loop
  const [message] = createMessageReader()(encodeMessage({ loop, shaped: new ShapedArray(Uint8Array.of(1, 2), [2, 1]) }))
  expect(message).toMatchObject({ loop: { n: 10, self: { n: 10 } }, shaped: Uint8Array.of(1, 2) })
  expect(message!['loop'] as object).not.toHaveProperty('f')
})

test('bytes that are no message are refused, and reserve no memory', () => {
  const read = (...bytes: number[]): unknown => createMessageReader()(Buffer.from(bytes))
  const json = (text: string, tail: number[] = []): unknown => {
    const body = Buffer.from(text)
    const head = Buffer.alloc(8)
    head.writeUInt32LE(4 + body.length + tail.length, 0)
    head.writeUInt32LE(body.length, 4)
    return createMessageReader()(Buffer.concat([head, body, Buffer.from(tail)]))
  }
  expect(() => read(...Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(/is this a client of Ringside/)
  expect(() => read(4, 0, 0, 0, 9, 0, 0, 0)).toThrow(/longer than itself/)
  expect(() => json('[]')).toThrow(/no object/)
  expect(() => json('{')).toThrow()
  expect(() => json('{"a":{"$array":["float128",[1],0]}}', [0])).toThrow(/expected \[dtype, shape, offset\]/)
  expect(() => json('{"a":{"$array":["uint8",[1000000000],0]}}', [0])).toThrow(/not in the message/)
  expect(() => json('{"a":{"$array":["uint8",[-1],0]}}', [0])).toThrow(/not in the message/)
})
