import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Writes the whole file under another name, flushes it to the disk and renames it: readers see the old file or the new one. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  replaceBy(writeFileDurable, path, data)
  flushFolder(dirname(path))
}

/** The same without the flush, which may take a hundred times as long: for what nobody misses after a power cut. */
export function replaceFile(path: string, data: Uint8Array): void {
  replaceBy(writeFileSync, path, data)
}

function replaceBy<T>(write: (path: string, data: T) => void, path: string, data: T): void {
  const temporary = `${path}.tmp-${process.pid}`
  try {
    write(temporary, data)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Writes a file and flushes it to the disk. */
export function writeFileDurable(path: string, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const file = openSync(path, 'w')
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 26))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** `writeFileDurable` beside what else goes on: nothing waits for the disk but the promise. */
export async function writeFileInBackground(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes renames inside a folder survive a power cut. Windows cannot open folders, and needs no flush. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Makes a folder and those above it. Node's own recursive one never returns where a parent refuses new folders by saying
 * that they do not exist, as /proc does.
 */
export function makeFolder(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at)
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
