import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { filmEpisode, type Film } from './film.ts'
import { filmFormat } from './film-file.ts'
import { openRun } from './open.ts'
import type { RecordOptions } from './types.ts'

/** Films a run's agent: `RUN/media/episode-<n>.gif` (or .mp4, .png) unless `out` says otherwise; the file's ending tells the format. An existing file is kept unless `force`. */
export async function recordRun(folder: string, options: RecordOptions = {}): Promise<Film & { step: number }> {
  const format = filmFormat(options.out, options.format)
  for (const key of ['episodes', 'lanes', 'width', 'height', 'maxSteps'] as const) {
    const value = options[key]
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw usageError(`${key} of a film is a whole number of at least 1, got ${value}.`)
  }
  if (options.fps !== undefined && !(options.fps > 0 && options.fps <= 1000))
    throw usageError(`fps of a film is more than 0 and at most 1000, got ${options.fps}.`)
  const out = options.out ?? nextFree(folder, format)
  if (existsSync(out) && options.force !== true)
    throw usageError(`"${out}" exists; choose another --out or replace it by --force.`)
  const opened = await openRun(folder, options)
  try {
    const film = await filmEpisode({
      agent: opened.agent,
      env: opened.env,
      seed: options.seed ?? 0,
      episodes: options.episodes ?? 1,
      maxSteps: options.maxSteps ?? 5_000,
      out,
      format,
      overlay: options.overlay ?? true,
      ...(options.lanes !== undefined && { lanes: options.lanes }),
      ...(options.height !== undefined && { height: options.height }),
      ...(options.width !== undefined && { width: options.width }),
      ...(options.fps !== undefined && { fps: options.fps }),
    })
    return { ...film, step: opened.step }
  } finally {
    opened.close()
  }
}

function nextFree(folder: string, format: string): string {
  for (let n = 1; ; n++) {
    const path = join(folder, 'media', `episode-${n}.${format}`)
    if (!existsSync(path)) return path
  }
}
