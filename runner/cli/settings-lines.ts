import { isModelConfig } from '../run/kinds/is-model.ts'
import type { AnyRunConfig } from '../run/types.ts'

/**
 * The settings in force as `--set` would take them, wrapped into lines: the agent's or the model's own, then the run's. What is
 * said elsewhere (names, steps, seed) and what is not set at all is left out.
 */
export function settingsLines(config: AnyRunConfig, width = 100): string[] {
  const own = isModelConfig(config) ? config.model : config.agent
  const said = ['name', 'agent', 'env', 'model', 'image', 'classes', 'steps', 'seed']
  const wrappers = isModelConfig(config) ? [] : (config.env.wrappers ?? []).map(({ name }) => name)
  const words = [
    ...Object.entries(own),
    ...Object.entries(config),
    ...(wrappers.length > 0 ? [['env.wrappers', wrappers] as const] : []),
  ].flatMap(([key, value]) => {
    const text = said.includes(key) ? undefined : flow(value)
    return text === undefined ? [] : [`${key}=${text}`]
  })
  return wrap(words, width)
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
