import { createHash } from 'node:crypto'
import type { Dataset } from './types.ts'

/**
 * The SHA-256 of all pictures, labels and sizes, in hexadecimal: a run that goes on can tell whether its data are those that
 * it began with (a source chosen by what is there may find others).
 */
export function fingerprintOf({ image, train, validation, test }: Dataset): string {
  const hash = createHash('sha256')
  hash.update(`${image.height} ${image.width} ${image.channels}`)
  for (const { count, images, labels } of [train, validation, test]) {
    hash.update(`|${count} ${labels === undefined ? 'plain' : 'labelled'}|`)
    hash.update(images)
    if (labels !== undefined) hash.update(labels)
  }
  return hash.digest('hex')
}
