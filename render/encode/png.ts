import { deflateSync } from 'node:zlib'
import type { Frame } from '../canvas/painter.ts'

/** The bytes of a PNG file: RGBA, 8 bits, no filter, zlib level 3. */
export function encodePng({ width, height, data }: Frame): Uint8Array {
  const rows = new Uint8Array(height * (1 + 4 * width))
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * 4 * width, (y + 1) * 4 * width), y * (1 + 4 * width) + 1)
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, 6, 0, 0, 0], 8)
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)
  const image = new Uint8Array(deflateSync(rows, { level: 3 }))
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', image), chunk('IEND', new Uint8Array(0))])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  out.set(new TextEncoder().encode(type), 4)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc(out.subarray(4, 8 + data.length)))
  return out
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/** CRC-32; Node 20 has none of its own. */
function crc(data: Uint8Array): number {
  let c = 0xffffffff
  for (const byte of data) c = table[(c ^ byte) & 255]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
