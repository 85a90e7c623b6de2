import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { RingsideError } from '../../core/errors.ts'
import type { Frame } from '../canvas/painter.ts'
import type { FilmEncoder } from './film-encoder.ts'

export interface Mp4Options {
  readonly fps: number
  /** `auto` (default): ffmpeg where it is installed with an H.264 encoder, else the encoder that comes with us. */
  readonly encoder?: 'auto' | 'ffmpeg' | 'wasm'
}

/**
 * H.264 in MP4, as every browser and player takes it. It knows even sides alone: an odd one is made even by repeating its
 * last row or column.
 */
export function createMp4Encoder({ fps, encoder = 'auto' }: Mp4Options): FilmEncoder {
  let started: Promise<Sink> | undefined
  let size: { readonly width: number; readonly height: number } | undefined
  let closed = false
  const start = async (width: number, height: number): Promise<Sink> => {
    if (encoder === 'wasm') return openWasm(width, height, fps)
    if (await hasFfmpeg()) return openFfmpeg(width, height, fps)
    if (encoder === 'ffmpeg') throw new RingsideError('ffmpeg with an H.264 encoder (libx264) is not installed here.')
    return openWasm(width, height, fps)
  }
  return {
    async add(frame) {
      size ??= frame
      if (frame.width !== size.width || frame.height !== size.height)
        throw new RangeError(`a film of ${size.width}×${size.height} got a frame of ${frame.width}×${frame.height}`)
      const even = evenSides(frame)
      started ??= start(even.width, even.height)
      await (await started).add(even.data)
    },
    async finish() {
      if (started === undefined) throw new RangeError('an MP4 needs at least one frame')
      closed = true
      return (await started).finish()
    },
    close() {
      if (closed) return
      closed = true
      // One that never started has nothing to clean up.
      started?.then(
        (sink) => sink.close(),
        () => undefined,
      )
    },
  }
}

/** An encoder at work on frames of one, even, size. */
interface Sink {
  add(rgba: Uint8Array): void | Promise<void>
  finish(): Uint8Array | Promise<Uint8Array>
  close(): void
}

interface WasmEncoder {
  width: number
  height: number
  frameRate: number
  quantizationParameter: number
  outputFilename: string
  initialize(): void
  addFrameRgba(data: Uint8Array): void
  finalize(): void
  delete(): void
  FS: { readFile(path: string): Uint8Array }
}

/** Of H.264's 0 … 51: small differences stay invisible on flat colours. */
const quantization = 20

async function openWasm(width: number, height: number, fps: number): Promise<Sink> {
  const encoder = await withoutItsHandlers(async () => {
    const module = (await import('h264-mp4-encoder')) as unknown as {
      default: { createH264MP4Encoder(): Promise<WasmEncoder> }
    }
    return module.default.createH264MP4Encoder()
  })
  Object.assign(encoder, { width, height, frameRate: fps, quantizationParameter: quantization })
  encoder.initialize()
  return {
    add: (rgba) => encoder.addFrameRgba(rgba),
    finish() {
      encoder.finalize()
      const bytes = Uint8Array.from(encoder.FS.readFile(encoder.outputFilename))
      encoder.delete()
      return bytes
    },
    close() {
      // It aborts when it is deleted before its end.
      encoder.finalize()
      encoder.delete()
    },
  }
}

/** The package catches the whole process's errors, to throw them again with its own source before them. */
async function withoutItsHandlers<T>(load: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => process.listeners(event as 'uncaughtException'))
  try {
    return await load()
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.listeners(event as 'uncaughtException'))
        if (!before[i]!.includes(listener)) process.off(event, listener)
    })
  }
}

let ffmpeg: Promise<boolean> | undefined

function hasFfmpeg(): Promise<boolean> {
  ffmpeg ??= new Promise((resolve) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-encoders'], { stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 })
    let told = ''
    child.stdout.on('data', (data: Buffer) => (told += data.toString()))
    child.on('error', () => resolve(false))
    child.on('close', () => resolve(/\blibx264\b/.test(told)))
  })
  return ffmpeg
}

function openFfmpeg(width: number, height: number, fps: number): Promise<Sink> {
  // MP4 is written with a second look at its beginning, so not to a pipe.
  const folder = mkdtempSync(join(tmpdir(), 'ringside-film-'))
  const out = join(folder, 'film.mp4')
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`, '-r', String(fps), '-i', '-']
  const h264 = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '18',
    '-pix_fmt',
    'yuv420p',
    '-movflags',
    '+faststart',
  ]
  const child: ChildProcess = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...raw, ...h264, out], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr!.on('data', (data: Buffer) => (complaint += data.toString()))
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (status) => resolve(status === 0 ? undefined : complaint.trim() || `exit status ${status}`))
  })
  const input = child.stdin!
  // Its end is told by `ended`.
  input.on('error', () => undefined)
  const clear = (): void => rmSync(folder, { recursive: true, force: true })
  const fail = (why: string): never => {
    clear()
    throw new RingsideError(`ffmpeg could not encode the film: ${why}`)
  }
  return Promise.resolve({
    async add(rgba) {
      if (input.write(rgba)) return
      const why = await Promise.race([once(input, 'drain').then(() => undefined), ended])
      if (why !== undefined) fail(why)
    },
    async finish() {
      input.end()
      const why = await ended
      if (why !== undefined) fail(why)
      const bytes = readFileSync(out)
      clear()
      return bytes
    },
    close() {
      child.kill('SIGKILL')
      clear()
    },
  })
}

function evenSides({ width, height, data }: Frame): Frame {
  const [wide, high] = [width + (width % 2), height + (height % 2)]
  if (wide === width && high === height) return { width, height, data }
  const out = new Uint8Array(wide * high * 4)
  for (let y = 0; y < high; y++) {
    const row = data.subarray(Math.min(y, height - 1) * width * 4, (Math.min(y, height - 1) + 1) * width * 4)
    out.set(row, y * wide * 4)
    if (wide > width) out.set(row.subarray((width - 1) * 4), (y * wide + width) * 4)
  }
  return { width: wide, height: high, data: out }
}
