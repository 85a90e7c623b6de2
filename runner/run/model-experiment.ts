import { fields, type StateTree } from '../../core/state.ts'
import type { Batches } from '../../generative/datasets/batches.ts'
import type { GenerativeModel } from '../../generative/types.ts'
import type { Experiment } from './experiment.ts'
import type { Timings } from './trackers.ts'

export interface ModelExperiment extends Experiment {
  /** Real pictures that were learned from. */
  readonly images: number
  /** Walks through the data, with a fraction. */
  readonly epoch: number
}

export interface ModelExperimentParts {
  readonly model: GenerativeModel
  readonly batches: Batches
  readonly timings: Timings
}

/** A generative model that learns from batches of pictures; a step is a batch. */
export function createModelExperiment({ model, batches, timings }: ModelExperimentParts): ModelExperiment {
  let step = 0
  let images = 0
  return {
    get step() {
      return step
    },
    get updates() {
      return step
    },
    get images() {
      return images
    },
    get epoch() {
      return batches.epoch() + batches.position() / batches.perEpoch
    },
    advance({ untilStep, deadline }, follower) {
      do {
        let at = performance.now()
        const batch = batches.next()
        at = timings.lap('data', at)
        const metrics = model.learn(batch)
        step++
        images += batch.count
        follower.update?.(metrics, step)
        timings.lap('learn', at)
      } while (step < untilStep && performance.now() < deadline)
    },
    metrics: () => model.metrics(),
    state() {
      const { sampling, training } = model.state()
      return { policy: sampling, training: { step, images, model: training, batches: batches.state() } }
    },
    restore({ policy, training }) {
      const saved = fields(training, 'the training')
      step = saved.number('step')
      images = saved.number('images')
      model.restore({ sampling: policy, training: saved.tree('model') as StateTree })
      batches.restore(saved.tree('batches'))
    },
    close: () => model.dispose(),
  }
}
