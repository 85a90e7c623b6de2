import type { Classifier } from './classifier.ts'
import { frechetDistance, type Features } from './frechet.ts'
import { kernelDistance } from './kernel-distance.ts'
import { precisionAndRecall } from './precision-recall.ts'

/** How one set of pictures stands beside real ones, in the features of a classifier. */
export interface Comparison {
  readonly frechet: number
  readonly kernel: number
  readonly precision: number
  readonly recall: number
}

export interface Quality extends Comparison {
  /** Pictures of each set. */
  readonly count: number
  /** Other real pictures beside the same: as good as it gets with so many. */
  readonly real: Comparison
  /** Pictures of the generator before it learned anything: as bad as it began. */
  readonly untrained: Comparison
  /** Share of the pictures that the classifier gives a class with more than 0.9. */
  readonly confident: number
  /** Of those, how many of each class. */
  readonly labels: readonly number[]
  readonly classifier: { readonly hash: string; readonly accuracy: number }
}

export interface QualityPictures {
  readonly made: Uint8Array
  readonly untrained: Uint8Array
  readonly real: Uint8Array
  readonly otherReal: Uint8Array
}

/** All sets have the same number of pictures. */
export function measureQuality(classifier: Classifier, pictures: QualityPictures, classes: number): Quality {
  const { features: real } = classifier.read(pictures.real)
  const made = classifier.read(pictures.made)
  const compare = (set: Features): Comparison => ({
    frechet: frechetDistance(real, set),
    kernel: kernelDistance(real, set),
    ...precisionAndRecall(real, set),
  })
  const labels = new Array<number>(classes).fill(0)
  let confident = 0
  for (let i = 0; i < made.features.count; i++) {
    const own = made.probabilities.subarray(i * classes, (i + 1) * classes)
    const most = Math.max(...own)
    if (most <= 0.9) continue
    confident++
    labels[own.indexOf(most)]!++
  }
  return {
    count: real.count,
    ...compare(made.features),
    real: compare(classifier.read(pictures.otherReal).features),
    untrained: compare(classifier.read(pictures.untrained).features),
    confident: confident / made.features.count,
    labels,
    classifier: { hash: classifier.hash, accuracy: classifier.accuracy },
  }
}
