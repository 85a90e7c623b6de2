import { allocate, dtypeOf, isTypedArray, type DType, type TypedArray } from '../../core/dtype.ts'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { make, type Env } from '../../envs/index.ts'
import type { Space, SpaceValue } from '../../envs/spaces/index.ts'
import { paintScene } from '../../render/index.ts'
import { ShapedArray, type Message } from './message.ts'

/** Goes up when a client of before would misunderstand. */
export const protocol = 1

/** One client's environment. */
export interface EnvSession {
  /** The reply; what goes wrong in an environment is one as well: `{ error, kind: 'usage' | 'failure' }`. */
  answer(request: Message): Promise<Message>
  close(): void
}

/** `id`: what the server serves; a client may give it keyword arguments. */
export function createEnvSession(id: string): EnvSession {
  let env: Env | undefined
  const made = (): Env => {
    if (env === undefined) throw usageError('the first request is "make"')
    return env
  }
  const operations: Readonly<Record<string, (request: Message) => Message | Promise<Message>>> = {
    async make({ kwargs }) {
      if (kwargs !== undefined && kwargs !== null && (typeof kwargs !== 'object' || Array.isArray(kwargs)))
        throw usageError(`kwargs expects an object, got ${JSON.stringify(kwargs)}.`)
      env?.close()
      env = await make(kwargs ? { id, kwargs: kwargs as Record<string, unknown> } : id)
      return {
        protocol,
        name: String(env),
        observationSpace: env.observationSpace.toJSON(),
        actionSpace: env.actionSpace.toJSON(),
      }
    },
    reset({ seed, options }) {
      const { observation, info } = made().reset({
        ...(typeof seed === 'number' && { seed }),
        ...(typeof options === 'object' && options !== null && { options: options as Record<string, unknown> }),
      })
      return { observation: shaped(made().observationSpace, observation), info }
    },
    step({ action }) {
      const { observationSpace, actionSpace } = made()
      const { observation, ...told } = made().step(valueOf(actionSpace, action))
      return { observation: shaped(observationSpace, observation), ...told }
    },
    async render({ width }) {
      const size = typeof width === 'number' ? { width } : {}
      const { data, width: columns, height } = await paintScene(made().render(), size)
      return { frame: new ShapedArray(withoutAlpha(data), [height, columns, 3]) }
    },
  }
  return {
    async answer(request) {
      try {
        const name = String(request['operation'])
        const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
        if (operation === undefined)
          throw usageError(`unknown operation "${name}"; expected ${Object.keys(operations).join(', ')}`)
        return await operation(request)
      } catch (error) {
        const isUsage = error instanceof RingsideError && error.exitStatus === 2
        return { error: messageOf(error), kind: isUsage ? 'usage' : 'failure' }
      }
    },
    close: () => env?.close(),
  }
}

/** Arrays of a value with the shapes that its space gives them. */
function shaped(space: Space, value: SpaceValue): unknown {
  if (isTypedArray(value)) return new ShapedArray(value, space.shape ?? [value.length])
  if (typeof value !== 'object') return value
  const parts = partsOf(space)
  if (Array.isArray(value)) return value.map((part: SpaceValue, i) => shaped(parts[i]!, part))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shaped(parts[key]!, part as SpaceValue)]))
}

/** What came, with the dtypes of the space; whether it is one of the space's values is for the environment to say. */
function valueOf(space: Space, value: unknown): SpaceValue {
  if (isTypedArray(value)) {
    if (space.kind === 'discrete' && value.length === 1) return value[0]!
    const dtype = space.dtype ?? dtypeOf(value)
    return dtypeOf(value) === dtype ? value : converted(value, dtype)
  }
  if (typeof value !== 'object' || value === null) return value as SpaceValue
  const parts = partsOf(space)
  if (Array.isArray(value)) {
    if (space.dtype !== undefined && space.kind !== 'discrete') return converted(value as number[], space.dtype)
    return value.map((part, i) => (parts[i] === undefined ? part : valueOf(parts[i], part)) as SpaceValue)
  }
  const entries = Object.entries(value as Record<string, SpaceValue>)
  return Object.fromEntries(entries.map(([key, part]) => [key, parts[key] ? valueOf(parts[key], part) : part]))
}

function converted(values: ArrayLike<number>, dtype: DType): TypedArray {
  const array = allocate(dtype, values.length)
  array.set(values)
  return array
}

function partsOf(space: Space): Readonly<Record<string | number, Space>> {
  return (space as unknown as { readonly spaces?: Record<string | number, Space> }).spaces ?? {}
}

function withoutAlpha(rgba: ArrayLike<number>): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!
    rgb[to + 1] = rgba[from + 1]!
    rgb[to + 2] = rgba[from + 2]!
  }
  return rgb
}
