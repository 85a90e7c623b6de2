import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createPainter, encodeGif, encodePng, paintScene, withOverlay } from '../../render/index.ts'
import { createTerminalPainter, encodeCells } from '../../render/terminal/painter.ts'
import type { Scene } from '../../core/index.ts'

const scene = (x: number): Scene => ({
  width: 60,
  height: 40,
  background: '#ffffff',
  items: [
    { kind: 'rect', x, y: 10, width: 20, height: 20, fill: '#ff0000' },
    { kind: 'circle', x: 50, y: 20, radius: 5, fill: '#0000ff' },
    {
      kind: 'pixels',
      x: 0,
      y: 0,
      width: 4,
      height: 4,
      columns: 2,
      rows: 2,
      channels: 1,
      data: Uint8Array.of(0, 255, 255, 0),
    },
    {
      kind: 'sprite',
      x: 30,
      y: 35,
      angle: Math.PI / 2,
      items: [{ kind: 'rect', x: -1, y: -3, width: 2, height: 6, fill: '#00ff00' }],
    },
  ],
})
const at = (frame: { width: number; data: Uint8Array }, x: number, y: number): number[] => [
  ...frame.data.subarray((y * frame.width + x) * 4, (y * frame.width + x) * 4 + 3),
]

describe('the canvas painter', () => {
  test('puts shapes, pixels and turned sprites where the scene says', async () => {
    const frame = await paintScene(scene(10))
    expect(at(frame, 20, 20)).toEqual([255, 0, 0])
    expect(at(frame, 40, 5)).toEqual([255, 255, 255])
    expect(at(frame, 50, 20)).toEqual([0, 0, 255])
    expect([at(frame, 1, 1), at(frame, 3, 1)]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ])
    // Turned by a quarter, the tall green bar lies.
    expect(at(frame, 32, 35)).toEqual([0, 255, 0])
    expect(at(frame, 30, 38)).toEqual([255, 255, 255])
  })

  test('an overlay makes the picture taller and keeps what was there', async () => {
    const wide = withOverlay(scene(10), { step: 3, reward: 1, return: 3, q: [1, 2], chosen: 1 })
    expect(wide.height).toBeGreaterThan(40)
    expect(at(await paintScene(wide), 20, 20)).toEqual([255, 0, 0])
  })
})

test('a PNG holds the pixels', async () => {
  const frame = await paintScene(scene(10))
  const png = Buffer.from(encodePng(frame))
  expect(png.readUInt32BE(16)).toBe(60)
  expect(png.readUInt32BE(20)).toBe(40)
  const length = png.readUInt32BE(33)
  const rows = inflateSync(png.subarray(41, 41 + length))
  expect([...rows.subarray(20 * (1 + 240) + 1 + 80, 20 * (1 + 240) + 1 + 83)]).toEqual([255, 0, 0])
})

test('a GIF has every frame, and its delays keep the rate', async () => {
  const painter = await createPainter(60, 40)
  const frames = Array.from({ length: 7 }, (_, i) => painter.paint(scene(i)))
  const gif = Buffer.from(encodeGif(frames, { fps: 30 }))
  expect(gif.subarray(0, 6).toString()).toBe('GIF89a')
  expect([gif.readUInt16LE(6), gif.readUInt16LE(8)]).toEqual([60, 40])
  // Graphic control extensions: 21 F9 04 flags delay(2) transparent 00.
  const delays: number[] = []
  for (let i = 0; i + 7 < gif.length; i++) {
    if (gif[i] === 0x21 && gif[i + 1] === 0xf9 && gif[i + 2] === 4 && gif[i + 7] === 0)
      delays.push(gif.readUInt16LE(i + 4))
  }
  expect(delays.length).toBe(7)
  expect(delays.reduce((a, b) => a + b)).toBe(Math.round((7 * 100) / 30))
})

test('the terminal draws only the cells that changed', () => {
  const before = new Uint8Array(4 * 4 * 3)
  const after = before.slice()
  after[0] = 9
  expect(encodeCells(before, undefined, 4, 2).split('▀').length - 1).toBe(8)
  expect(encodeCells(after, before, 4, 2).split('▀').length - 1).toBe(1)
  expect(encodeCells(after, after, 4, 2)).toBe('')
})

test('terminals without true colours get the nearest standard ones', async () => {
  const painter = await createTerminalPainter(4, 2, { colorDepth: 8 })
  const flat = (background: string): Scene => ({ width: 4, height: 4, background, items: [] })
  // 256 colours: 16 + 36 r + 6 g + b of levels 0 95 135 175 215 255, then greys 8, 18, … from 232 on.
  expect(painter.paint(flat('#ff0000'))).toContain('38;5;196;48;5;196m')
  expect(painter.paint(flat('#5f87af'))).toContain('38;5;67;48;5;67m')
  expect(painter.paint(flat('#808080'))).toContain('38;5;244;48;5;244m')
})
