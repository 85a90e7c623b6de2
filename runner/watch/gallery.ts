import type { BetweenMessage, GridMessage, ModelRequest, SamplesMessage } from '../../render/viewer/protocol.ts'
import { readSampleAt, sampleSteps } from '../run/model-samples.ts'
import type { Sampler } from '../run/sample.ts'

/** The pictures of a generative model's run: those of one z over its training, and ways from one z to another. */
export interface Gallery {
  /** Which there are; undefined where nothing has come since the last call. */
  look(): SamplesMessage | undefined
  /** Undefined where there is none of that step. */
  answer(request: ModelRequest): GridMessage | BetweenMessage | undefined
}

/** Pictures of one way. */
const frames = 12

/** `follows`: ways are those of the newest checkpoint. */
export function createGallery(folder: string, sampler: Sampler, follows: boolean): Gallery {
  let known = -1
  return {
    look() {
      const steps = sampleSteps(folder)
      if (steps.length === known) return undefined
      known = steps.length
      return { kind: 'samples', steps, image: sampler.image }
    },
    answer(request) {
      if (request.kind === 'between') {
        const { from, to } = request
        if (follows) sampler.renew()
        return { kind: 'between', from, to, images: sampler.pictures({ from, to, frames }) }
      }
      const sample = sampleSteps(folder).includes(request.step) ? readSampleAt(folder, request.step) : undefined
      return sample && { kind: 'grid', ...sample }
    },
  }
}
