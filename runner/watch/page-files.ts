import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RingsideError } from '../../core/errors.ts'

export interface PageFile {
  readonly type: string
  readonly bytes: Uint8Array
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * The built page, whole in memory, by path (`/` is index.html). What is not in the map is not served: no path of a request
 * ever reaches the disk.
 */
export function readPage(folder = builtPage()): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const name = `/${relative(folder, path).split(sep).join('/')}`
    files.set(name === '/index.html' ? '/' : name, { type, bytes: readFileSync(path) })
  }
  return files
}

/** In the package beside this code; from sources, what the last build left. */
function builtPage(): string {
  const places = ['../../viewer', '../../dist/viewer'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  const found = places.find((path) => existsSync(join(path, 'index.html')))
  if (found === undefined) throw new RingsideError('The page is not built; run: npm run build')
  return found
}
