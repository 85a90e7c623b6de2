import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { usageError } from '../../core/errors.ts'

export interface SampleOptions {
  readonly count?: number
  readonly seed?: number
  readonly out?: string
  readonly force?: boolean
  readonly columns?: number
  /** Each picture from its own darkest value to its own brightest. */
  readonly stretch?: boolean
  /** Of a conditional model, or of real pictures with labels: this class alone. */
  readonly label?: number
  /** Instead of single pictures, `frames` of them on the way from the z of one seed to that of another. */
  readonly from?: number
  readonly to?: number
  readonly frames?: number
  /** Beside each picture so many training pictures, those nearest to it in pixels: is it a copy? Reads the dataset. */
  readonly nearest?: number
  /** `last` (default) or a step. */
  readonly checkpoint?: string
  readonly engine?: string
}

/** Throws a usage error for values and combinations that mean nothing. */
export function checkSampleOptions(options: SampleOptions): void {
  const { count, columns, frames, seed, from, to, nearest } = options
  for (const [name, value] of Object.entries({ count, frames, columns }))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 10_000))
      throw usageError(`--${name} expects a whole number from 1 to 10000, got ${value}.`)
  for (const [name, value] of Object.entries({ seed, from, to }))
    if (value !== undefined && !Number.isSafeInteger(value))
      throw usageError(`--${name} expects a seed, a whole number, got ${value}.`)
  if ((from === undefined) !== (to === undefined))
    throw usageError('--from and --to belong together: seeds of two pictures.')
  if (from === undefined && frames !== undefined)
    throw usageError('--frames are those on the way --from one seed --to another; pictures by themselves are --count.')
  if (from !== undefined && count !== undefined)
    throw usageError('--count is of pictures by themselves; --frames says how many are on the way --from … --to ….')
  if (nearest !== undefined && columns !== undefined)
    throw usageError('--nearest has a row for each picture: leave out --columns.')
}

/** The file to write, which must be a PNG and not be there. */
export function outOf({ out, force }: SampleOptions, usual: string): string {
  const path = out ?? usual
  if (extname(path).toLowerCase() !== '.png') throw usageError(`--out expects a .png file, got "${path}".`)
  if (existsSync(path) && force !== true)
    throw usageError(`"${path}" exists; choose another --out or replace it by --force.`)
  return path
}
