import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { messageOf, RingsideError } from '../../core/errors.ts'
import type { DatasetContext } from './types.ts'

export interface RemoteFile {
  readonly name: string
  readonly url: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** Where downloads are kept: `RINGSIDE_DATA`, else the user's cache. */
export function dataFolder(dataset: string): string {
  const root =
    process.env['RINGSIDE_DATA'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ringside')
  return join(root, dataset)
}

/** True where all of the files are there, as long as they should be. */
export function haveAll(files: readonly RemoteFile[], folder: string): boolean {
  return files.every(({ name, bytes }) => sizeOrNothing(join(folder, name)) === bytes)
}

export type Downloaded = { readonly ok: true } | { readonly ok: false; readonly why: string }

export interface DownloadOptions extends Pick<DatasetContext, 'progress'> {
  /** Milliseconds without a byte after which a server counts as dead; 30,000 unless asked otherwise. */
  readonly patience?: number
  /** Times that a broken connection is taken up again. */
  readonly retries?: number
}

/**
 * Brings files that are not there yet into a folder. Each grows as NAME.part, goes on from there after a cut, and gets its
 * name when its SHA-256 is right; a part never has it. Not ok: no server was reached, with the reason. Throws where one was
 * and sent something else, broke off for good, or the disk is full.
 */
export async function download(
  files: readonly RemoteFile[],
  folder: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new RingsideError(`The folder "${folder}" for downloads cannot be made: ${messageOf(error)}`, {
      cause: error,
    })
  }
  for (const file of files) {
    if (sizeOrNothing(join(folder, file.name)) === file.bytes) continue
    const got = await downloadOne(file, folder, options)
    if (!got.ok) return got
  }
  return { ok: true }
}

async function downloadOne(file: RemoteFile, folder: string, options: DownloadOptions): Promise<Downloaded> {
  const target = join(folder, file.name)
  const part = `${target}.part`
  const { retries = 2 } = options
  let broken: unknown
  for (let attempt = 0; attempt <= retries; attempt++) {
    // Longer than the file: of another one.
    if (sizeOrNothing(part) > file.bytes) rmSync(part)
    const had = sizeOrNothing(part)
    if (had < file.bytes) {
      const result = await receive(file, part, had, options)
      if (result.kind === 'unreachable' && attempt === 0) return { ok: false, why: result.why }
      if (result.kind !== 'done') {
        broken = result.why
        continue
      }
    }
    const sum = await sha256(part)
    if (sum === file.sha256) {
      renameSync(part, target)
      return { ok: true }
    }
    rmSync(part)
    broken = `what came has the SHA-256 ${sum} instead of ${file.sha256}`
    // A part of an earlier file may have been gone on with; what came in one go is another file.
    if (had === 0) throw new RingsideError(`The download of ${file.url} was thrown away: ${broken}.`)
  }
  const kept = sizeOrNothing(part)
  throw new RingsideError(
    `The download of ${file.url} broke off: ${messageOf(broken)}. ` +
      (kept > 0 ? `${kept} of ${file.bytes} bytes are kept in "${part}"; the same command goes on from there.` : ''),
  )
}

type Received =
  | { readonly kind: 'done' }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'broken'; readonly why: string }

/** Adds to `part`, which has `had` bytes. */
async function receive(file: RemoteFile, part: string, had: number, options: DownloadOptions): Promise<Received> {
  const { patience = 30_000, progress } = options
  const stop = new AbortController()
  const late = (): void => stop.abort(new Error(`nothing came for ${patience / 1000} seconds`))
  let timer = setTimeout(late, patience)
  try {
    let response: Response
    try {
      const headers: Record<string, string> = { 'accept-encoding': 'identity' }
      if (had > 0) headers['range'] = `bytes=${had}-`
      response = await fetch(file.url, { headers, signal: stop.signal })
    } catch (error) {
      return { kind: 'unreachable', why: reasonOf(error) }
    }
    if (response.status === 416) {
      rmSync(part, { force: true })
      return { kind: 'broken', why: 'the server has fewer bytes than came before' }
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      return { kind: 'unreachable', why: `the server answered ${response.status} ${response.statusText}` }
    }
    // A server that knows no ranges sends all of it again.
    const goesOn =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${had}-`) === true
    let done = goesOn ? had : 0
    const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        clearTimeout(timer)
        timer = setTimeout(late, patience)
        done += chunk.length
        if (done > file.bytes) throw new Error(`more came than the ${file.bytes} bytes expected`)
        progress?.(file.name, done, file.bytes, 'bytes')
        yield chunk
      }
    }
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
    try {
      await pipeline(body, count, createWriteStream(part, { flags: goesOn ? 'a' : 'w' }), { signal: stop.signal })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC' || (error as NodeJS.ErrnoException).syscall === 'write') {
        rmSync(part, { force: true })
        throw new RingsideError(
          `The disk has no room for ${file.name} (${file.bytes} bytes) at "${part}": ${messageOf(error)}. ` +
            'Nothing of it was kept; RINGSIDE_DATA names another folder.',
          { cause: error },
        )
      }
      if (done > file.bytes) rmSync(part, { force: true })
      return { kind: 'broken', why: reasonOf(stop.signal.aborted ? stop.signal.reason : error) }
    }
    if (done < file.bytes) return { kind: 'broken', why: `the connection ended after ${done} of ${file.bytes} bytes` }
    return { kind: 'done' }
  } finally {
    clearTimeout(timer)
  }
}

/** fetch says only "fetch failed"; why is in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? messageOf(error) : messageOf(cause) || messageOf(error)
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** 0 where there is no such file. */
function sizeOrNothing(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
