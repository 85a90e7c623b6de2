import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, usageError } from '../../core/errors.ts'
import { loadModulePath } from '../../core/load-path.ts'
import { sizeOf } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'
import { glorotUniform, heNormal, uniformFanIn } from '../../engine/initializers.ts'
import type { InitializerName, Parameters, Piece, Weights } from '../../engine/layers/types.ts'
import { tf } from '../../engine/tfjs.ts'
import type { CustomNetwork, CustomTorso, NetworkInput } from './torso.ts'

/** A function of the user's: gives a Piece (`outputs`, `init`, `apply`) or a tf.layers model for the observations of an environment. */
export type NetworkFunction = (input: NetworkInput) => Piece | tf.LayersModel

/**
 * A network of the user's: `./my-network.ts#Export`, a NetworkFunction, or `./model.json`, the topology of a tf.layers model
 * as tfjs and Keras write it. Weights are drawn anew from the agent's own generator. Throws usage errors.
 */
export async function loadNetwork(path: string): Promise<CustomNetwork> {
  if (path.endsWith('.json')) {
    const torso = layersTorso(await readTopology(path), path)
    return { name: path, build: torso }
  }
  const exported = await loadModulePath('network', path)
  if (typeof exported !== 'function') {
    const expected = 'a function ({ features, image, initializer }) => a Piece or a tf.layers model'
    throw usageError(`The network "${path}" is ${typeof exported}; expected ${expected}.`)
  }
  return {
    name: path,
    build(input) {
      let made: unknown
      try {
        made = (exported as NetworkFunction)(input)
      } catch (error) {
        throw usageError(`The network "${path}" could not be built for ${told(input)}: ${messageOf(error)}`, error)
      }
      if (made instanceof tf.LayersModel) return layersTorso(made, path)(input)
      return { readsImages: input.image !== undefined, piece: asPiece(made, path) }
    },
  }
}

async function readTopology(path: string): Promise<tf.LayersModel> {
  let config: unknown
  try {
    config = JSON.parse(readFileSync(resolve(path), 'utf8'))
  } catch (error) {
    throw usageError(`The network "${path}" cannot be read: ${messageOf(error)}`)
  }
  try {
    const { modelTopology = config } = config as { modelTopology?: object }
    return await tf.models.modelFromJSON(modelTopology as Parameters_[0])
  } catch (error) {
    throw usageError(`The network "${path}" is no topology of a tf.layers model: ${messageOf(error)}`)
  }
}

type Parameters_ = globalThis.Parameters<typeof tf.models.modelFromJSON>

function asPiece(made: unknown, path: string): Piece {
  const { outputs, init, apply } = (made ?? {}) as Partial<Piece>
  const fits = Number.isInteger(outputs) && outputs! > 0 && typeof init === 'function' && typeof apply === 'function'
  if (fits) return made as Piece
  const came = made === null || typeof made !== 'object' ? String(made) : `{ ${Object.keys(made).join(', ')} }`
  throw usageError(
    `The network "${path}" gave ${came}; expected a Piece { outputs (a width), init(rng), apply(weights, x) } or a tf.layers model.`,
  )
}

/** One weight of a tf.layers model, whose value stands in for it while the model is applied. */
interface LayerWeight {
  readonly path: string
  readonly shape: readonly number[]
  /** First values of those that are not drawn: biases, scales. */
  readonly values: Float32Array | undefined
  /** False for moving averages, which stay as they are. */
  readonly trainable: boolean
  readonly holder: { val: tf.Tensor }
}

/** A tf.layers model as a torso. Layers act as in inference: dropout passes everything on. */
function layersTorso(model: tf.LayersModel, name: string): (input: NetworkInput) => CustomTorso {
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw usageError(
      `The network "${name}" has ${model.inputs.length} inputs and ${model.outputs.length} outputs; expected one of each.`,
    )
  const reads = model.inputs[0]!.shape.slice(1)
  const gives = model.outputs[0]!.shape.slice(1)
  if ([...reads, ...gives].some((side) => side === null))
    throw usageError(`The network "${name}" leaves sides open: ${show(reads)} → ${show(gives)}; expected whole shapes.`)
  const outputs = sizeOf(gives as number[])
  const weights = weightsOf(model)
  return ({ features, image, initializer }) => {
    const readsImages = reads.length === 3
    const pixels = image && [image[1], image[2], image[0]]
    const wanted = readsImages ? pixels : [features]
    if (wanted === undefined || wanted.join() !== reads.join()) {
      const shapes = [pixels && `${show(pixels)} (height, width, channels)`, show([features])].filter(Boolean)
      throw usageError(`The network "${name}" reads ${show(reads)}; the observations are ${shapes.join(' or ')}.`)
    }
    return {
      readsImages,
      piece: {
        outputs,
        init: (rng) => drawn(weights, rng, initializer),
        apply(values, x) {
          const first = readsImages ? tf.transpose(x, [0, 2, 3, 1]) : x
          return tf.reshape(
            withWeights(weights, values, () => model.apply(first) as tf.Tensor),
            [-1, outputs],
          )
        },
      },
    }
  }
}

/** By layer number and weight name: names of layers count on from model to model. */
function weightsOf(model: tf.LayersModel): LayerWeight[] {
  return model.layers.flatMap((layer, i) => {
    const trainable = new Set(layer.trainableWeights)
    return layer.weights.map((weight): LayerWeight => {
      const holder = weight as unknown as { val: tf.Variable; originalName: string }
      const shape = weight.shape as number[]
      const values = shape.length > 1 ? undefined : Float32Array.from(holder.val.dataSync())
      holder.val.dispose()
      const path = `torso/${i}/${holder.originalName.split('/').at(-1)!}`
      return { path, shape, values, trainable: trainable.has(weight), holder }
    })
  })
}

function drawn(weights: readonly LayerWeight[], rng: Rng, initializer: InitializerName): Parameters {
  const draw = { 'he-normal': heNormal, uniform: uniformFanIn, 'glorot-uniform': glorotUniform }[initializer]
  return Object.fromEntries(
    weights.map(({ path, shape, values, trainable }) => {
      const fanIn = sizeOf(shape.slice(0, -1))
      const fanOut = (sizeOf(shape) / fanIn) * (sizeOf(shape) / (shape.at(-2)! * shape.at(-1)!))
      return [path, { shape, values: values ?? draw(rng.stream(path), shape, fanIn, fanOut), trainable }]
    }),
  )
}

/** The same model serves the online and the target weights: they take the places of its own while it is applied. */
function withWeights<T>(weights: readonly LayerWeight[], values: Weights, apply: () => T): T {
  const own = weights.map(({ holder }) => holder.val)
  try {
    for (const { holder, path } of weights) holder.val = values[path]!
    return apply()
  } finally {
    weights.forEach(({ holder }, i) => (holder.val = own[i]!))
  }
}

function told({ features, image }: NetworkInput): string {
  return image === undefined ? `vectors of ${features}` : `images of ${show(image)}`
}

function show(shape: readonly (number | null)[]): string {
  return `[${shape.map((side) => side ?? '?').join(', ')}]`
}
