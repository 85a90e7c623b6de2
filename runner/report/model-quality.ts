import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Quality } from '../../generative/quality/measure.ts'

/** What `evaluate RUN --json` printed of a model's run; a sweep puts it there. */
export const qualityFile = 'quality.json'

/** How good a model's pictures were found; undefined where nobody has measured. Score: minus the Fréchet distance. */
export function qualityOf(folder: string): { readonly step: number; readonly score: number } | undefined {
  try {
    const { step, frechet } = JSON.parse(readFileSync(join(folder, qualityFile), 'utf8')) as Quality & { step: number }
    return { step, score: -frechet }
  } catch {
    return undefined
  }
}
