import { isModelConfig } from '../run/kinds/is-model.ts'
import type { AnyRunConfig } from '../run/types.ts'

/** Settings that count only where another one, if there is one, has a certain value. */
const governed: Readonly<Record<string, readonly [by: string, value: unknown]>> = {
  priority: ['prioritized', true],
  noisySigma: ['noisy', true],
  categorical: ['distribution', 'categorical'],
  quantiles: ['distribution', 'quantile'],
  implicit: ['distribution', 'implicit'],
  munchausenTerms: ['munchausen', true],
  errorClip: ['loss', 'huber'],
  workers: ['vectorMode', 'workers'],
}

/**
 * The settings in force as `--set` would take them, wrapped into lines: the agent's or the model's own, then the run's. What is
 * said elsewhere (names, steps, seed), what is not set at all and what a switch that is off would govern is left out.
 */
export function settingsLines(config: AnyRunConfig, width = 100): string[] {
  const own = isModelConfig(config) ? config.model : config.agent
  const said = ['name', 'agent', 'env', 'model', 'image', 'classes', 'steps', 'seed']
  const wrappers = isModelConfig(config) ? [] : (config.env.wrappers ?? []).map(({ name }) => name)
  const words = [
    ...inForce(own),
    ...inForce({ ...config }),
    ...(wrappers.length > 0 ? [['env.wrappers', wrappers] as const] : []),
  ].flatMap(([key, value]) => {
    const text = said.includes(key) ? undefined : flow(value)
    return text === undefined ? [] : [`${key}=${text}`]
  })
  return wrap(words, width)
}

function inForce(settings: Readonly<Record<string, unknown>>): [key: string, value: unknown][] {
  return Object.entries(settings).filter(([key]) => {
    if (key === 'sequences') return settings['recurrent'] !== 'none'
    const [by, value] = governed[key] ?? [key, settings[key]]
    return !(by in settings) || settings[by] === value
  })
}

/** A value on one line as YAML; undefined for what says nothing. */
function flow(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : `[${value.map(flow).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  const inner = Object.entries(value).flatMap(([key, of]) => {
    const text = flow(of)
    return text === undefined ? [] : [`${key}: ${text}`]
  })
  return inner.length === 0 ? undefined : `{${inner.join(', ')}}`
}

function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
