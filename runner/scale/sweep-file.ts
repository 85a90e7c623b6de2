import { z } from 'zod'
import { createRng, type Rng } from '../../core/rng.ts'
import { usageError } from '../../core/errors.ts'
import { check, keysOf, readConfigFile, type Tree } from '../run/config-layers.ts'

const positive = z.number().int().positive()
const choice = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
])
const range = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    scale: z.enum(['linear', 'log']).default('linear'),
    whole: z.boolean().default(false),
  })
  .refine(({ from, to }) => from < to, { error: 'from is to be less than to' })
  .refine(({ from, scale }) => scale === 'linear' || from > 0, { error: 'a log scale begins above 0' })
  .refine(({ from, to, whole }) => !whole || (Number.isInteger(from) && Number.isInteger(to)), {
    error: 'from and to of whole numbers are whole numbers',
  })

const names = z.union([z.string(), z.array(z.string()).min(1)])

/** What a sweep's file says. */
export const sweepSchema = z.strictObject({
  agent: names.optional().describe('one or several, by name or path'),
  env: names.optional().describe('one or several, by id or path'),
  model: names.optional().describe('instead of agents, generative models'),
  dataset: names.optional().describe('instead of environments, what they learn from'),
  set: z.record(z.string(), z.unknown()).default({}).describe('settings of all runs, by their dotted names'),
  seeds: z
    .union([positive.max(1000), z.array(z.number().int().nonnegative()).min(1)])
    .default(1)
    .describe('how many (0, 1, …), or which'),
  over: z
    .record(z.string(), z.union([z.array(choice).min(1), range]))
    .default({})
    .describe('settings that differ: a list of values, or { from, to, scale: linear|log, whole } to draw from'),
  search: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('grid') }),
      z.strictObject({ kind: z.literal('random'), count: positive, seed: z.number().int().nonnegative().default(0) }),
      z.strictObject({
        kind: z.literal('halving'),
        count: positive.min(2),
        seed: z.number().int().nonnegative().default(0),
        start: positive,
        factor: positive.min(2).default(3),
      }),
    ])
    .default({ kind: 'grid' })
    .describe(
      'grid: every combination; random: `count` draws; halving: draws, the best 1 / factor go on for factor × the steps',
    ),
  retries: z.number().int().nonnegative().max(10).default(1).describe('how often a run that failed is tried again'),
})

/** A sweep as it is run: of agents in environments, or, `ofModels`, of models on datasets under the same two keys. */
export type SweepFile = Omit<z.infer<typeof sweepSchema>, 'agent' | 'env' | 'model' | 'dataset'> & {
  readonly agent: z.infer<typeof names>
  readonly env: z.infer<typeof names>
  readonly ofModels?: true
}

/** One run of a sweep, before it has run. */
export interface Trial {
  /** Of its folder: `003-seed-1`. */
  readonly id: string
  /** Trials of one combination differ by their seeds alone. */
  readonly combination: number
  /** Or a model and its dataset. */
  readonly agent: string
  readonly env: string
  readonly ofModel?: true
  /** By dotted names: those of its combination, and with those of all runs. */
  readonly chosen: Readonly<Record<string, unknown>>
  readonly settings: Readonly<Record<string, unknown>>
  readonly seed: number
}

export function readSweepFile(path: string): SweepFile {
  const known = keysOf(sweepSchema)
  const value: Tree = readConfigFile(path, known)
  const sweep = learnersOf(check(sweepSchema, value, '', `Unknown setting in "${path}"`, known))
  const ranges = Object.entries(sweep.over).flatMap(([key, of]) => (Array.isArray(of) ? [] : [key]))
  if (sweep.search.kind === 'grid' && ranges.length > 0)
    throw usageError(
      `over.${ranges[0]}: a grid wants a list of values; { from, to } is for search: { kind: random, count: … }.`,
    )
  const both = Object.keys(sweep.over).find((key) => key in sweep.set)
  if (both !== undefined) throw usageError(`"${both}" stands under set and under over; expected one of the two.`)
  const seed = [...Object.keys(sweep.set), ...Object.keys(sweep.over)].find((key) => key === 'seed')
  if (seed !== undefined) throw usageError('The seeds of a sweep stand under "seeds".')
  const lists = { agent: sweep.agent, env: sweep.env, seeds: sweep.seeds }
  const over = Object.entries(sweep.over).map(([key, of]) => [`over.${key}`, of] as const)
  for (const [key, values] of [...Object.entries(lists), ...over]) {
    if (!Array.isArray(values)) continue
    // Two runs of one folder, and a sample that counts the same run twice.
    const twice = values.map((value) => JSON.stringify(value)).find((text, i, all) => all.indexOf(text) < i)
    if (twice !== undefined) throw usageError(`${key} holds ${twice} twice; expected different values.`)
  }
  return sweep
}

function learnersOf({ agent, env, model, dataset, ...rest }: z.infer<typeof sweepSchema>): SweepFile {
  if (model !== undefined || dataset !== undefined) {
    if (agent !== undefined || env !== undefined)
      throw usageError('A sweep is of agents (agent, env) or of models (model, dataset), not of both.')
    if (model === undefined || dataset === undefined)
      throw usageError(
        `A sweep of models names both, model and dataset; ${model === undefined ? 'model' : 'dataset'} is missing.`,
      )
    return { ...rest, agent: model, env: dataset, ofModels: true }
  }
  if (agent === undefined || env === undefined)
    throw usageError(
      `${agent === undefined ? 'agent' : 'env'} is missing: a sweep names agent and env, or model and dataset.`,
    )
  return { ...rest, agent, env }
}

/** All runs of a sweep, in order: the same file gives the same ones. */
export function trialsOf(sweep: SweepFile): Trial[] {
  const { set, seeds, search } = sweep
  const numbers = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i) : seeds
  const combinations = list(sweep.agent).flatMap((agent) =>
    list(sweep.env).flatMap((env) => drawsOf(sweep, search).map((chosen) => ({ agent, env, chosen }))),
  )
  return combinations.flatMap(({ agent, env, chosen }, combination) =>
    numbers.map((seed) => ({
      id: `${String(combination + 1).padStart(3, '0')}-seed-${seed}`,
      combination,
      agent,
      env,
      ...(sweep.ofModels && { ofModel: true as const }),
      chosen,
      settings: { ...set, ...chosen },
      seed,
    })),
  )
}

/** The rungs of a halving: steps, and how many combinations reach them. The last one has the steps of the file, or fewer. */
export function rungsOf(
  { count, start, factor }: { readonly count: number; readonly start: number; readonly factor: number },
  steps: number,
): { readonly steps: number; readonly combinations: number }[] {
  const rungs = []
  for (let at = start, left = count; ; at *= factor, left = Math.max(1, Math.floor(left / factor))) {
    const last = at >= steps || left === 1
    // The one that is left goes the whole way.
    rungs.push({ steps: last ? steps : at, combinations: left })
    if (last) return rungs
  }
}

/** A combination that was drawn before is drawn anew; so often, before there are taken to be no others. */
const drawsPerCombination = 1_000

function drawsOf({ over }: SweepFile, search: SweepFile['search']): Record<string, unknown>[] {
  if (search.kind === 'grid') {
    return Object.entries(over).reduce<Record<string, unknown>[]>(
      (all, [key, values]) => all.flatMap((one) => (values as unknown[]).map((value) => ({ ...one, [key]: value }))),
      [{}],
    )
  }
  // The same draws for every agent and environment: they are compared on equal terms.
  const draws = new Map<string, Record<string, unknown>>()
  for (let i = 0; draws.size < search.count; i++) {
    if (i >= search.count * drawsPerCombination)
      throw usageError(
        `search.count asks for ${search.count} different combinations, and "over" holds about ${draws.size}.`,
      )
    const rng = createRng(search.seed, 'sweep', String(i))
    const draw = Object.fromEntries(Object.entries(over).map(([key, of]) => [key, drawFrom(of, rng.stream(key))]))
    draws.set(JSON.stringify(draw), draw)
  }
  return [...draws.values()]
}

function drawFrom(of: SweepFile['over'][string], rng: Rng): unknown {
  if (Array.isArray(of)) return of[rng.int(of.length)]
  const { from, to, scale, whole } = of
  const u = rng.float()
  if (whole && scale === 'linear') return from + Math.floor(u * (to - from + 1))
  const drawn = scale === 'log' ? Math.exp(Math.log(from) + u * Math.log(to / from)) : from + u * (to - from)
  return Math.min(to, Math.max(from, whole ? Math.round(drawn) : Number(drawn.toPrecision(6))))
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
