import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import {
  createFrameStore,
  createGifEncoder,
  createMp4Encoder,
  encodePng,
  tileFrames,
  type FilmEncoder,
  type Frame,
} from '../../render/index.ts'
import { makeFolder, writeFileAtomic } from './files.ts'

export type FilmFormat = 'gif' | 'mp4' | 'png'

/** Where a film goes, frame by frame; it is there whole after `finish`, or not at all. */
export interface FilmFile {
  add(frame: Frame): Promise<void>
  finish(): Promise<void>
  /** Gives up what is not finished. */
  close(): void
}

/** The fastest that players keep up with, frames a second. */
export const maxFps: Readonly<Record<FilmFormat, number>> = { gif: 50, mp4: 60, png: Infinity }

/** The format of a film from its file's name: a name without an ending is a folder of PNG files. */
export function filmFormat(out: string | undefined, asked: FilmFormat | undefined): FilmFormat {
  const ending = out === undefined ? '' : extname(out).slice(1).toLowerCase()
  if (out !== undefined && ending !== '' && !(ending in maxFps))
    throw usageError(`A film's file ends in .gif, .mp4 or .png, or it is a folder for PNG files; got "${out}".`)
  const told = ending === '' ? undefined : (ending as FilmFormat)
  if (asked !== undefined && told !== undefined && asked !== told)
    throw usageError(`--format ${asked} and --out "${out}" disagree; leave --format out or name the file .${asked}.`)
  return asked ?? told ?? (out === undefined ? 'gif' : 'png')
}

/** `png` with an ending is one picture, the first frame, the middle one and the last; without one, a folder of all frames. */
export function createFilmFile(out: string, format: FilmFormat, fps: number): FilmFile {
  if (format === 'gif') return encoded(out, createGifEncoder({ fps }))
  if (format === 'mp4') return encoded(out, createMp4Encoder({ fps }))
  return extname(out) === '' ? sequence(out) : strip(out)
}

function encoded(out: string, encoder: FilmEncoder): FilmFile {
  return {
    add: (frame) => encoder.add(frame),
    async finish() {
      const bytes = await encoder.finish()
      makeFolder(dirname(out))
      writeFileAtomic(out, bytes)
    },
    close: () => encoder.close(),
  }
}

function sequence(out: string): FilmFile {
  const staging = `${out.replace(/[/\\]+$/, '')}.partial-${process.pid}`
  let count = 0
  return {
    add(frame) {
      if (count === 0) {
        makeFolder(dirname(staging))
        mkdirSync(staging)
      }
      writeFileSync(join(staging, `${String(++count).padStart(6, '0')}.png`), encodePng(frame))
      return Promise.resolve()
    },
    finish() {
      if (existsSync(out)) rmSync(out, { recursive: true })
      renameSync(staging, out.replace(/[/\\]+$/, ''))
      return Promise.resolve()
    },
    close: () => rmSync(staging, { recursive: true, force: true }),
  }
}

/** Pixels between the pictures of a strip. */
const stripGap = 8

function strip(out: string): FilmFile {
  const frames = createFrameStore()
  return {
    add(frame) {
      frames.add(frame)
      return Promise.resolve()
    },
    finish() {
      const chosen = [0, Math.floor(frames.length / 2), frames.length - 1].map(frames.get)
      makeFolder(dirname(out))
      writeFileAtomic(out, encodePng(tileFrames(chosen, { columns: 3, gap: stripGap })))
      return Promise.resolve()
    },
    close: () => undefined,
  }
}
