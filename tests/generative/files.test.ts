import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readIdx } from '../../generative/datasets/idx.ts'
import { readMat } from '../../generative/datasets/mat/read-mat.ts'

interface Recorded {
  readonly shape: number[]
  readonly dtype: string
  readonly data: number[]
}
interface RecordedMat {
  readonly file: string
  readonly arrays?: Record<string, Recorded>
  readonly leftOut?: string[]
  readonly refused?: string
}
const fixtures = JSON.parse(readFileSync('tests/generative/fixtures/files.json', 'utf8')) as {
  readonly mat: Record<string, RecordedMat>
  readonly idx: Record<string, { readonly file: string; readonly array: Recorded }>
}
const folder = mkdtempSync(join(tmpdir(), 'ringside-files-'))

function written(bytes: Uint8Array, name = 'file'): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

function expectSame(got: { shape: readonly number[]; data: ArrayLike<number> }, want: Recorded): void {
  expect(got.shape).toEqual(want.shape)
  expect(got.data.constructor.name.toLowerCase()).toBe(`${want.dtype}array`)
  expect(Array.from(got.data)).toEqual(want.data)
}

const bytesOf = (name: string): Buffer => Buffer.from(fixtures.mat[name]!.file, 'base64')
const readable = Object.entries(fixtures.mat).filter(([, { refused }]) => refused === undefined)
const refused = Object.entries(fixtures.mat).filter(([, { refused }]) => refused !== undefined)

test.each(readable)('reads %s as SciPy does', async (_, { file, arrays, leftOut }) => {
  const skipped: string[] = []
  const got = await readMat(written(Buffer.from(file, 'base64')), { skipped: (name) => skipped.push(name) })
  expect(Object.keys(got).sort()).toEqual(Object.keys(arrays!).sort())
  for (const [name, array] of Object.entries(arrays!)) expectSame(got[name]!, array)
  for (const name of skipped) expect(leftOut).toContain(name)
})

test.each(refused)('%s, which SciPy refuses, gives no numbers', async (_, { file }) => {
  const got = await readMat(written(Buffer.from(file, 'base64'))).catch((error: Error) => error.message)
  if (typeof got === 'string') expect(got).toMatch(/is damaged or cut off/)
  else expect(got).toEqual({})
})

test('the last axis first: 32 × 32 × 3 × N becomes N pictures, row by row', async () => {
  const { X, y } = await readMat(written(bytesOf('svhn')), { names: ['X', 'y'], axes: { X: [3, 0, 1, 2] } })
  const { data } = fixtures.mat['svhn']!.arrays!['X']!
  expect(X!.shape).toEqual([4, 32, 32, 3])
  for (const [n, h, w, c] of [
    [0, 0, 0, 0],
    [1, 5, 7, 2],
    [3, 31, 30, 1],
    [2, 12, 0, 0],
  ] as const)
    expect(X!.data[((n * 32 + h) * 32 + w) * 3 + c]).toBe(data[((h * 32 + w) * 3 + c) * 4 + n])
  expect([...y!.data]).toEqual([10, 1, 5, 9])
})

test.each([
  'scipy uint8 rank 2 compressed',
  'scipy uint8 rank 2',
  'matlab test3dmatrix_6.1_SOL2',
  'matlab testmulti_7.1_GLNX86',
])('%s cut at any byte: an error, or what was whole before the cut', async (name) => {
  const bytes = bytesOf(name)
  const whole = Object.keys(fixtures.mat[name]!.arrays!)
  const littleEndian = bytes.subarray(126, 128).toString() === 'IM'
  /** Bytes at which a variable ends. */
  const borders: number[] = []
  for (let at = 128; at < bytes.length; borders.push(at))
    at += 8 + (littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4))
  for (let length = 0; length < bytes.length; length++) {
    const path = written(bytes.subarray(0, length), 'cut')
    const got = await readMat(path).catch((error: Error) => error.message)
    if (typeof got === 'string') expect(got).toMatch(/damaged or cut off|no MATLAB 5 file/)
    else {
      expect(borders).toContain(length)
      expect(Object.keys(got).length).toBeLessThan(whole.length)
    }
    await expect(readMat(path, { names: whole })).rejects.toThrow()
  }
})

test('one wrong byte in compressed data: an error, never other numbers', async () => {
  const bytes = bytesOf('scipy uint8 rank 2 compressed')
  const { arrays } = fixtures.mat['scipy uint8 rank 2 compressed']!
  for (let at = 128; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at] = damaged[at]! ^ 0x55
    const got = await readMat(written(damaged, 'damaged')).catch((error: Error) => error.message)
    if (typeof got === 'string') expect(got).toMatch(/damaged|more than its data can hold/)
    // Zlib's own header has bits that change nothing.
    else for (const [name, array] of Object.entries(arrays!)) expectSame(got[name]!, array)
  }
})

test('what is no MATLAB 5 file says what it is', async () => {
  await expect(readMat(written(Buffer.from('not a mat file')))).rejects.toThrow(/no MATLAB 5 file.*got 14 bytes/)
  const hdf = Buffer.alloc(600)
  hdf.write('MATLAB 7.3 MAT-file, Platform: GLNXA64')
  await expect(readMat(written(hdf))).rejects.toThrow(/7\.3.*save -v7/)
  await expect(readMat(join(folder, 'nothing.mat'))).rejects.toThrow(/cannot be read/)
  const path = written(bytesOf('scipy mixed'))
  await expect(readMat(path, { names: ['S'] })).rejects.toThrow(/no variable "S"\. Did you mean "s"/)
  await expect(readMat(path, { names: ['d'] })).rejects.toThrow(/"d" is a struct/)
  await expect(readMat(path, { axes: { a: [0] } })).rejects.toThrow(/expected an order of its 2 axes/)
})

test('a variable that claims more than its data can hold is not given memory', async () => {
  const bytes = bytesOf('scipy uint8 rank 2')
  // The second dimension of the first variable.
  const at = 128 + 8 + 16 + 8 + 4
  bytes.writeInt32LE(2 ** 30, at)
  await expect(readMat(written(bytes))).rejects.toThrow(/damaged/)
})

test.each(Object.entries(fixtures.idx))('reads IDX %s as NumPy wrote it', async (_, { file, array }) => {
  expectSame(await readIdx(written(Buffer.from(file, 'base64'))), array)
})

test.each(Object.entries(fixtures.idx))(
  'IDX %s cut at any byte or with one too many is refused',
  async (_, { file }) => {
    const bytes = Buffer.from(file, 'base64')
    for (let length = 0; length < bytes.length; length++)
      await expect(readIdx(written(bytes.subarray(0, length), 'cut'))).rejects.toThrow(/not a whole IDX file/)
    if (bytes[0] !== 0x1f)
      await expect(readIdx(written(Buffer.concat([bytes, Buffer.of(1)])))).rejects.toThrow(/not a whole IDX file/)
  },
)

test('IDX with another magic, and no file', async () => {
  await expect(readIdx(written(Buffer.from('PK..')))).rejects.toThrow(/expected it to begin with 00 00.*50 4b/)
  await expect(readIdx(join(folder, 'nothing'))).rejects.toThrow(/cannot be read/)
  expect(existsSync(join(folder, 'nothing'))).toBe(false)
})
