import { z } from 'zod'
import { createRandom } from '../../agents/random/random.ts'
import type { Agent } from '../../agents/types.ts'
import { usageError } from '../../core/errors.ts'
import { createRaster, drawScene, grayscale } from '../../core/raster/index.ts'
import { createRng } from '../../core/rng.ts'
import type { Scene } from '../../core/scene.ts'
import { makeVector, resolveSpec } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { imagesFrom } from '../../generative/datasets/images-from.ts'
import { registerDatasetKind } from '../../generative/datasets/registry.ts'
import type { Dataset, DatasetContext, DatasetDefinition } from '../../generative/datasets/types.ts'
import { openRun } from './open.ts'
import { rollout } from './rollout.ts'

const fraction = z.number().min(0).lt(1)

export const envFramesConfig = z.strictObject({
  count: z.int().positive().default(10_000).describe('frames'),
  height: z.int().min(4).max(512).default(64).describe('pixels; the scene keeps its proportions'),
  width: z.int().min(4).max(512).default(64).describe('pixels'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(3)
    .describe('1: grayscale, 3: colour'),
  legend: z.boolean().default(false).describe('keep what is written beside the board of a game'),
  every: z.int().positive().default(2).describe('environment steps from a frame to the next'),
  policy: z.string().default('random').describe('random, or the folder of a run whose best checkpoint plays'),
  validationFraction: fraction.default(0.05),
  testFraction: fraction.default(0.05),
  seed: z.int().nonnegative().default(0).describe('of the episodes and of what is held out'),
})
export type EnvFramesConfig = z.infer<typeof envFramesConfig>

/** Frames of an environment as a dataset: `env:MinAtar/Breakout-v1`, `env:./my-env.ts#MyEnv`. */
export function envFrames(id: string): DatasetDefinition {
  const definition: DatasetDefinition<EnvFramesConfig> = {
    name: `env:${id}`,
    summary: `frames of ${id}`,
    source: 'drawn while a random or a trained agent plays',
    config: envFramesConfig,
    load: () => Promise.resolve({ open: (config, context) => open(id, config, context) }),
  }
  return definition as DatasetDefinition
}

registerDatasetKind('env', envFrames)

async function open(id: string, config: EnvFramesConfig, context: DatasetContext): Promise<Dataset> {
  const { policy } = config
  if (id === '') throw usageError('env: wants an environment, as env:CartPole-v1; "ringside list envs" names them.')
  const spec = await resolveSpec(id, {})
  if (policy === 'random') return play(id, spec, undefined, config, context)
  const opened = await openRun(policy)
  try {
    if (opened.env.id !== spec.id)
      throw usageError(`The run "${policy}" plays ${opened.env.id}, not ${spec.id}: take env:${opened.env.id}.`)
    return await play(id, opened.env, opened.agent, config, context)
  } finally {
    opened.close()
  }
}

/** Other work gets its turn after so many frames. */
const stretch = 64

/** Plays one episode after the other; without an agent at random. */
async function play(
  id: string,
  spec: EnvSpec,
  agent: Agent | undefined,
  config: EnvFramesConfig,
  context: DatasetContext,
): Promise<Dataset> {
  const { count, height, width, channels, legend, every, seed, policy } = config
  const rng = createRng(seed, 'env frames')
  const env = await makeVector(spec, { lanes: 1, autoreset: 'same-step' })
  try {
    env.reset({ seed: rng.stream('env').uint32() })
    const actor = (agent ?? createRandom(env)).actor(1, 'evaluate', rng.stream('actor'))
    const raster = createRaster(width, height)
    const bytes = height * width * channels
    const images = new Uint8Array(count * bytes)
    let step = 0
    let kept = 0
    for (const _ of rollout(env, actor)) {
      if (step++ % every !== 0) continue
      const scene = env.render()
      drawScene(raster, legend ? scene : boardOf(scene))
      const to = images.subarray(kept * bytes, (kept + 1) * bytes)
      if (channels === 1) grayscale(raster.data, to)
      else to.set(raster.data)
      kept++
      if (kept % stretch === 0 || kept === count) {
        context.progress?.(`frames of ${id}`, kept, count)
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (kept === count) break
    }
    const player = agent === undefined ? 'a random agent' : `the agent of "${policy}"`
    const description = `${count.toLocaleString('en')} frames of ${id}, one in ${every} steps, played by ${player} with seed ${seed}`
    context.note?.(description)
    return imagesFrom({ image: { height, width, channels }, images, description }, config)
  } finally {
    env.close()
  }
}

/** A scene that is a square board with words to its right, as MinAtar's, without the words. */
function boardOf(scene: Scene): Scene {
  const { width, height, items } = scene
  const hasLegend = width > height && items.some((item) => item.kind === 'text' && item.x >= height)
  return hasLegend ? { ...scene, width: height } : scene
}
