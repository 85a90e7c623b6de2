import { readFileSync } from 'node:fs'

/** The version in our own package.json: two folders above the sources, three above dist. */
export function ringsideVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        name: string
        version: string
      }
      if (name === 'ringside') return version
    } catch {
      // not at this depth
    }
  }
  return 'unknown'
}
