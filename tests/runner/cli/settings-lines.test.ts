import { expect, test } from 'vitest'
import { settingsLines } from '../../../runner/cli/settings-lines.ts'
import { resolveConfig } from '../../../runner/run/config.ts'
import { resolveModelConfig } from '../../../runner/run/model-config.ts'

/** `key=value` by keys: words begin where no bracket is open. */
function words(lines: readonly string[]): string[] {
  return lines.join(' ').split(/ (?=[\w.]+=)/)
}

test('what is printed, given as --set, is the same config', async () => {
  const wrappers = '[{name: FrameStack, kwargs: {frames: 2}}]'
  const config = await resolveConfig({ agent: 'rainbow', env: 'CartPole-v1', sets: [`env.wrappers=${wrappers}`] })
  const lines = settingsLines(config, 60)
  for (const line of lines) expect(line.length <= 60 || words([line]).length === 1, line).toBe(true)
  const sets = words(lines).filter((word) => !word.startsWith('env.'))
  expect(sets).toContain('learningRate={kind: linear, from: 0.001, to: 0.00001, over: 100%}')
  // An agent without a preset for this environment: nothing else can have said them.
  const again = await resolveConfig({ agent: 'rainbow', env: 'Acrobot-v1', sets, flags: { steps: config.steps } })
  expect(again.agent).toEqual(config.agent)
  expect({ ...again, env: config.env }).toEqual(config)
  expect(words(lines)).toContain('env.wrappers=[FrameStack]')
})

test("a model's names its dataset's settings once", async () => {
  const lines = words(settingsLines(await resolveModelConfig({ model: 'gan', dataset: 'house-numbers' })))
  expect(lines.filter((word) => word.startsWith('dataset='))).toHaveLength(1)
  expect(lines).toContain('loss=non-saturating')
})
