import { spawnSync } from 'node:child_process'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMp4Encoder, type Frame } from '../../render/index.ts'

/** A square that wanders over grey. */
function frame(i: number, width = 65, height = 47): Frame {
  const data = new Uint8Array(width * height * 4).fill(200)
  for (let y = 10; y < 20; y++) for (let x = i; x < i + 10; x++) data.set([220, 40, 30, 255], (y * width + x) * 4)
  return { width, height, data }
}

/** The first box of this path in a file of boxes. */
function box(bytes: Uint8Array, path: readonly string[]): DataView {
  let view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const name of path) {
    for (let at = 0; ;) {
      if (at >= view.byteLength) throw new Error(`no box ${name}`)
      const size = view.getUint32(at)
      const type = String.fromCharCode(...[4, 5, 6, 7].map((k) => view.getUint8(at + k)))
      if (type === name) {
        view = new DataView(view.buffer, view.byteOffset + at + 8, size - 8)
        break
      }
      at += size
    }
  }
  return view
}

const has = (command: string): boolean => spawnSync(command, ['-version']).status === 0

describe.each(['wasm', 'ffmpeg'] as const)('MP4 by %s', (encoder) => {
  const here = encoder === 'wasm' || has('ffmpeg')
  if (!here) console.log('MP4 by ffmpeg skipped: ffmpeg is not installed')

  test.skipIf(!here)('has every frame, at even sides', async () => {
    const film = createMp4Encoder({ fps: 25, encoder })
    for (let i = 0; i < 30; i++) await film.add(frame(i))
    const bytes = await film.finish()
    const track = ['moov', 'trak']
    expect(box(bytes, [...track, 'mdia', 'minf', 'stbl', 'stsz']).getUint32(8)).toBe(30)
    const header = box(bytes, [...track, 'tkhd'])
    expect([header.getUint32(76) >>> 16, header.getUint32(80) >>> 16]).toEqual([66, 48])
    if (!has('ffprobe')) return
    const folder = mkdtempSync(join(tmpdir(), 'ringside-mp4-'))
    writeFileSync(join(folder, 'film.mp4'), bytes)
    const asked = ['-count_frames', '-show_entries', 'stream=codec_name,width,height,nb_read_frames,avg_frame_rate']
    const { stdout } = spawnSync('ffprobe', ['-v', 'error', ...asked, '-of', 'csv=p=0', join(folder, 'film.mp4')])
    rmSync(folder, { recursive: true })
    expect(stdout.toString().trim()).toBe('h264,66,48,25/1,30')
  })

  test.skipIf(!here)('refuses a frame of another size, and a film of none', async () => {
    const film = createMp4Encoder({ fps: 25, encoder })
    await expect(film.finish()).rejects.toThrow('at least one frame')
    await film.add(frame(0))
    await expect(film.add(frame(0, 64))).rejects.toThrow('65×47 got a frame of 64×47')
    film.close()
    film.close()
  })
})
