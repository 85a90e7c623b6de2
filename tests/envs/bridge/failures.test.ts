import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { make } from '../../../envs/index.ts'
import { gone, python, pythonHas } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-failures-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A Python in which gymnasium is what `source` says: an interpreter with another module path. */
function pythonWith(name: string, source: string): string {
  const path = join(folder, name)
  writeFileSync(join(folder, `${name}.py`), source)
  const start = `exec ${python} -S -c 'import sys, runpy; sys.argv = sys.argv[1:]; sys.path.insert(0, ""); exec(open("${join(folder, `${name}.py`)}").read()); runpy.run_path(sys.argv[0], run_name="__main__")' "$2"\n`
  writeFileSync(path, `#!/bin/sh\n${start}`, { mode: 0o755 })
  return path
}

const cartPole = (bridge: Record<string, unknown>) => make('gymnasium:CartPole-v1', { kwargs: { bridge } })

test('no Python, or one that is no Python', async () => {
  await expect(cartPole({ python: '/nowhere/python' })).rejects.toThrow(
    /could not be started as "\/nowhere\/python".*RINGSIDE_PYTHON/,
  )
  await expect(cartPole({ python: 'false' })).rejects.toThrow(/ended in its start/)
  await expect(cartPole({ python: 'sleep' })).rejects.toThrow(/ended in its start/)
})

test('one that does not answer is given up after timeoutSeconds', async () => {
  const path = join(folder, 'deaf')
  writeFileSync(path, '#!/bin/sh\necho hello >&2\nexec sleep 30\n', { mode: 0o755 })
  await expect(cartPole({ python: path, startSeconds: 0.5 })).rejects.toThrow(
    /did not answer its start within 0.5 seconds[^]*hello/,
  )
})

test('bad settings of the bridge', async () => {
  await expect(cartPole({ timeout: 3 })).rejects.toThrow(
    /expects \{ python, timeoutSeconds, startSeconds \}, got \{"timeout":3\}/,
  )
  await expect(cartPole({ timeoutSeconds: 0 })).rejects.toThrow(/positive number, got 0/)
})

describe.skipIf(!pythonHas('sys'))('a Python', () => {
  test('without gymnasium: what to type', async () => {
    await expect(cartPole({ python: pythonWith('bare', '') })).rejects.toThrow(
      /has no gymnasium. Install it by: .* -m pip install "gymnasium>=1.0"/,
    )
  })

  test('with a gymnasium that is too old', async () => {
    const old =
      'import types\nfor name in ("gymnasium", "gymnasium.spaces", "numpy"):\n    sys.modules[name] = types.ModuleType(name)\n' +
      'sys.modules["gymnasium"].spaces = None\nsys.modules["gymnasium"].__version__ = "0.29.1"\n'
    await expect(cartPole({ python: pythonWith('old', old) })).rejects.toThrow(
      /has gymnasium 0.29.1; 1.0 or newer is needed/,
    )
  })
})

const faulty = (how: string, bridge: Record<string, unknown> = {}) =>
  make('gymnasium:ringside_faults:Faulty-v0', { kwargs: { how, bridge } })

describe.skipIf(!pythonHas('gymnasium'))('an environment', () => {
  test.each([
    ['gymnasium:CartPole-v9', /knows no environment "CartPole-v9". There are: CartPole-v0, CartPole-v1/],
    ['gymnasium:CartPoel-v1', /Did you mean "CartPole-v1"/],
    ['gymnasium:CartPole', /There are: CartPole-v0, CartPole-v1/],
    ['gymnasium:no_such_module:X-v0', /cannot import the module "no_such_module"/],
    [
      'gymnasium:ringside_faults:Long-v0',
      /its observation space is Sequence.*Sequence has no counterpart.*Supported are Box/,
    ],
  ])('%s is refused in words', async (id, words) => {
    await expect(make(id)).rejects.toThrow(words)
  })

  test('whose step raises says what Python said, and lives on', async () => {
    const env = await faulty('raise')
    env.reset({ seed: 1 })
    expect(() => env.step(1)).toThrow(
      /step\(\) of gymnasium:ringside_faults:Faulty-v0 raised ValueError: the cart has no wheels \(ringside_faults.py:\d+\)/,
    )
    expect(env.step(0).reward).toBe(1)
    env.close()
  })

  test.each([
    ['exit', /ended in step\(\).*[^]*leaving by the back door/],
    ['crash', /ended in step\(\).*[^]*Fatal Python error: Aborted[^]*ringside_faults.py/],
  ])('that ends its process (%s): the end of what it printed', async (how, words) => {
    const env = await faulty(how)
    env.reset({ seed: 1 })
    expect(() => env.step(1)).toThrow(words)
    expect(() => env.step(0)).toThrow(words)
    env.close()
  })

  test.each([
    ['sleep', 0.4],
    ['lock', 1.2],
    ['child', 0.4],
  ])('that hangs (%s) is ended after timeoutSeconds', async (how, timeoutSeconds) => {
    const env = await faulty(how, { timeoutSeconds })
    const pid = Number(env.reset({ seed: 1 }).info['pid'])
    const began = performance.now()
    expect(() => env.step(1)).toThrow(/did not answer step\(\) of .* within \d.\d seconds and was ended/)
    expect(performance.now() - began).toBeLessThan(1000 * timeoutSeconds + 2000)
    await gone(pid)
    env.close()
  })

  test('that prints a lot does not fill a pipe', async () => {
    const env = await faulty('chatter', { timeoutSeconds: 5 })
    env.reset({ seed: 1 })
    for (let i = 0; i < 12; i++) env.step(1)
    env.close()
  })

  test('that is closed, or half made, leaves no process', async () => {
    const env = await faulty('raise')
    const pid = Number(env.reset().info['pid'])
    env.close()
    env.close()
    await gone(pid)
    expect(() => env.step(0)).toThrow('closed')
  })
})
