import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { RingsideError } from './errors.ts'

/** Where a file that is not compiled lies (Python, mostly), in a clone or an installed package. `path`: from the package's root. */
export function packagedFile(path: string): string {
  const found = ['../', '../../']
    .map((root) => fileURLToPath(new URL(root + path, import.meta.url)))
    .find((candidate) => existsSync(candidate))
  if (found === undefined) throw new RingsideError(`This installation lacks ${path}; install it again.`)
  return found
}
