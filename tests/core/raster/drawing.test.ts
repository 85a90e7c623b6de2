import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Scene, SceneItem } from '../../../core/index.ts'
import {
  blit,
  createRaster,
  drawLine,
  drawScene,
  drawText,
  fillCircle,
  fillPolygon,
  fillRect,
  inkOf,
  textSize,
  type Raster,
} from '../../../core/raster/index.ts'

const white = inkOf('#fff')

/** A gray raster as rows of text: `#` is painted. */
function shown({ width, height, data }: Raster): string[] {
  return Array.from({ length: height }, (_, y) =>
    [...data.subarray(y * width, (y + 1) * width)].map((value) => (value > 0 ? '#' : '.')).join(''),
  )
}

function drawn(width: number, height: number, draw: (raster: Raster) => void): string[] {
  const raster = createRaster(width, height, 1)
  draw(raster)
  return shown(raster)
}

test('shapes paint the pixels whose centres they hold', () => {
  expect(drawn(5, 4, (r) => fillRect(r, 1, 1, 3, 2, white))).toEqual(['.....', '.###.', '.###.', '.....'])
  expect(drawn(3, 1, (r) => fillRect(r, 0.6, 0, 1, 1, white))).toEqual(['.#.'])
  expect(drawn(6, 6, (r) => fillCircle(r, 3, 3, 2.6, white))).toEqual([
    '..##..',
    '.####.',
    '######',
    '######',
    '.####.',
    '..##..',
  ])
  expect(drawn(4, 4, (r) => fillPolygon(r, [0, 0, 4, 4, 0, 4], white))).toEqual(['....', '#...', '##..', '###.'])
  expect(drawn(5, 3, (r) => drawLine(r, [0, 1.5, 5, 1.5], white))).toEqual(['.....', '#####', '.....'])
  expect(drawn(5, 5, (r) => drawLine(r, [1, 1, 4, 1, 4, 4], white, 2))).toEqual([
    '#####',
    '#####',
    '...##',
    '...##',
    '...##',
  ])
  expect(drawn(7, 5, (r) => drawText(r, '1a', 0, 0, white))).toEqual([
    '.#...#.',
    '##..#.#',
    '.#..###',
    '.#..#.#',
    '###.#.#',
  ])
  expect(textSize('1a', 2)).toEqual({ width: 14, height: 10 })
})

test('colours: short, long, translucent, and in a gray raster their luminance', () => {
  const raster = createRaster(1, 1)
  fillRect(raster, 0, 0, 1, 1, inkOf('#f80'))
  expect([...raster.data]).toEqual([255, 136, 0])
  fillRect(raster, 0, 0, 1, 1, inkOf('#0000ff80'))
  // 128 of 255 parts blue.
  expect([...raster.data]).toEqual([127, 68, 128])
  const gray = createRaster(1, 1, 1)
  fillRect(gray, 0, 0, 1, 1, inkOf('#ff0000'))
  expect([...gray.data]).toEqual([76])
  expect(() => inkOf('red')).toThrow('A colour expects #rgb, #rrggbb or #rrggbbaa, got "red".')
})

test('neighbours on any grid neither overlap nor leave a gap', () => {
  const cut = fc.double({ min: 0, max: 12, noNaN: true })
  fc.assert(
    fc.property(cut, cut, cut, (a, b, c) => {
      const raster = createRaster(12, 12, 1)
      const half = inkOf('#ffffff80')
      const [x0, x1] = [Math.min(a, b), Math.max(a, b)]
      for (const [from, to] of [[0, x0] as const, [x0, x1] as const, [x1, 12] as const]) {
        fillRect(raster, from, 0, to - from, c, half)
        fillPolygon(raster, [from, c, to, c, to, 12, from, 12], half)
      }
      expect(new Set(raster.data)).toEqual(new Set([128]))
    }),
  )
})

test('blit copies what lies on the raster', () => {
  const image = createRaster(3, 2, 1)
  image.data.set([1, 2, 3, 4, 5, 6])
  const raster = createRaster(3, 3, 1)
  blit(raster, image, -1, 2)
  blit(raster, image, 2, -1)
  blit(raster, image, 5, 0)
  expect([...raster.data]).toEqual([0, 0, 4, 0, 0, 0, 2, 3, 0])
  expect(() => blit(createRaster(3, 3), image, 0, 0)).toThrow('blit expects images of 3 channels')
})

describe('scenes', () => {
  const scene = (...items: SceneItem[]): Scene => ({ width: 20, height: 10, background: '#000000', items })
  const of = (width: number, height: number, ...items: SceneItem[]): string[] =>
    drawn(width, height, (raster) => drawScene(raster, scene(...items)))

  test('fit into the raster, in the middle, with their proportions', () => {
    const whole: SceneItem = { kind: 'rect', x: 0, y: 0, width: 20, height: 10, fill: '#fff' }
    expect(of(4, 4, whole)).toEqual(['....', '####', '####', '....'])
  })

  test('sprites turn clockwise, and scale', () => {
    const bar: SceneItem = { kind: 'rect', x: -1, y: -4, width: 2, height: 4, fill: '#fff' }
    const turned: SceneItem = { kind: 'sprite', x: 10, y: 5, angle: Math.PI / 2, scale: 2, items: [bar] }
    expect(of(20, 10, turned).filter((row) => row.includes('#'))).toEqual(
      Array.from({ length: 4 }, () => '..........########..'),
    )
  })

  test('pixels go where the box says, upright and turned by half', () => {
    const data = Uint8Array.of(255, 0, 0, 0, 0, 255)
    const image: SceneItem = { kind: 'pixels', x: 0, y: 0, width: 6, height: 4, columns: 3, rows: 2, channels: 1, data }
    expect(
      of(20, 10, image)
        .slice(0, 4)
        .map((row) => row.slice(0, 6)),
    ).toEqual(['##....', '##....', '....##', '....##'])
    const back: SceneItem = { kind: 'sprite', x: 6, y: 4, angle: Math.PI, items: [image] }
    expect(
      of(20, 10, back)
        .slice(0, 4)
        .map((row) => row.slice(0, 6)),
    ).toEqual(['##....', '##....', '....##', '....##'])
  })

  test('strokes are rings, a pixel wide at least, and round corners are round', () => {
    const stroke = { color: '#fff', width: 0.01 }
    const box: SceneItem = { kind: 'rect', x: 1.5, y: 1.5, width: 4, height: 3, stroke }
    expect(
      of(20, 10, box)
        .slice(0, 6)
        .map((row) => row.slice(0, 7)),
    ).toEqual(['.......', '.#####.', '.#...#.', '.#...#.', '.#####.', '.......'])
    const ring: SceneItem = { kind: 'circle', x: 10, y: 5, radius: 3, stroke }
    expect(of(20, 10, ring)[5]).toBe('.......#....#.......')
    const round: SceneItem = { kind: 'rect', x: 0, y: 0, width: 8, height: 8, cornerRadius: 4, fill: '#fff' }
    const circle: SceneItem = { kind: 'circle', x: 4, y: 4, radius: 4, fill: '#fff' }
    expect(of(20, 10, round)).toEqual(of(20, 10, circle))
  })

  test('small things do not vanish, wherever they are', () => {
    const at = fc.double({ min: 1, max: 9, noNaN: true })
    fc.assert(
      fc.property(at, at, fc.double({ min: 0.001, max: 2, noNaN: true }), (x, y, size) => {
        const dot: SceneItem = { kind: 'circle', x, y, radius: size, fill: '#fff' }
        const box: SceneItem = { kind: 'rect', x, y, width: size, height: size, fill: '#fff' }
        const line: SceneItem = { kind: 'line', points: [x, y, x + 4, y], stroke: { color: '#fff', width: size } }
        for (const item of [dot, box, line]) expect(of(10, 5, item).join('')).toContain('#')
      }),
      // Sides of a pixel but for rounding, between two centres.
      {
        examples: [
          [1 + 2e-15, 1, 2 - 3e-15],
          [1 + 2e-16, 1 + 2e-16, 2],
        ],
      },
    )
  })

  test('text is aligned to its point', () => {
    const text = (align: 'left' | 'center' | 'right', baseline: 'top' | 'middle' | 'bottom'): string[] =>
      of(20, 10, { kind: 'text', x: 10, y: 5, text: '-', size: 7, color: '#fff', align, baseline })
    const dash = (row: number, column: number): string[] =>
      Array.from({ length: 10 }, (_, y) =>
        y === row ? '###'.padStart(column + 3, '.').padEnd(20, '.') : '.'.repeat(20),
      )
    expect(text('left', 'top')).toEqual(dash(7, 10))
    expect(text('right', 'bottom')).toEqual(dash(2, 7))
    expect(text('center', 'middle')).toEqual(dash(5, 9))
  })
})
