import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { make } from '../../../envs/index.ts'
import { gone, python, pythonHas } from '../../envs/bridge/python.ts'

const main = resolve('dist/runner/cli/main.js')
const folder = mkdtempSync(join(tmpdir(), 'ringside-serve-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ringside = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: folder })

/** Runs a script beside the client that `serve --client` writes; gives what it prints. */
function runPython(script: string): string {
  writeFileSync(join(folder, 'script.py'), script)
  return execFileSync(python, ['script.py'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

const start = `from ringside_env import RingsideEnv, RingsideError
command = [${JSON.stringify(process.execPath)}, ${JSON.stringify(main)}]
`

test('the module for Python is written, and not over a file of another content', () => {
  expect(ringside('serve', '--client', 'ringside_env.py')).toMatchObject({ status: 0 })
  expect(ringside('serve', '--client', 'ringside_env.py')).toMatchObject({ status: 0 })
  writeFileSync(join(folder, 'mine.py'), 'mine')
  const refused = ringside('serve', '--client', 'mine.py')
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(/"mine.py" exists.*--force replaces it/)])
  expect(readFileSync(join(folder, 'mine.py'), 'utf8')).toBe('mine')
  for (const args of [[], ['CartPoel-v1'], ['CartPole-v1', '--port', '99999']])
    expect(ringside('serve', ...args)).toMatchObject({ status: 2, stdout: '' })
})

describe.skipIf(!pythonHas('gymnasium'))('in Gymnasium', () => {
  test.each(['CartPole-v1', 'MinAtar/Breakout-v1', 'Blackjack-v1', 'Pendulum-v1'])('%s passes its checker', (id) => {
    const told = runPython(`${start}
import warnings
from gymnasium.utils.env_checker import check_env
warnings.simplefilter("ignore")
env = RingsideEnv.start(${JSON.stringify(id)}, command=command, render_mode="rgb_array")
check_env(env)
env.close()
print("checked")
`)
    expect(told.trim()).toBe('checked')
  })

  test('plays as it does here, by gym.make as well', async () => {
    const told = runPython(`${start}
import gymnasium as gym, json
gym.register("ringside/Snake-v0", entry_point=RingsideEnv.start, kwargs={"env": "Snake-v0", "command": command})
env = gym.make("ringside/Snake-v0")
observation, _ = env.reset(seed=4)
steps = [[observation.tolist(), 0, False]]
for i in range(40):
    observation, reward, terminated, truncated, info = env.step(i % 4)
    steps.append([observation.tolist(), reward, terminated or truncated])
    if steps[-1][2]:
        break
env.close()
print(json.dumps(steps))
`)
    const steps = JSON.parse(told) as [number[][][], number, boolean][]
    const env = await make('Snake-v0')
    const flat = (nested: unknown): number[] => (nested as number[]).flat(Infinity)
    expect(flat(steps[0]![0])).toEqual([...(env.reset({ seed: 4 }).observation as Float32Array)])
    steps.slice(1).forEach(([observation, reward, ended], i) => {
      const here = env.step(i % 4)
      expect([flat(observation), reward, ended]).toEqual([
        [...(here.observation as Float32Array)],
        here.reward,
        here.terminated || here.truncated,
      ])
    })
  })

  test('what goes wrong raises with the words of the environment', () => {
    const told = runPython(`${start}
def raised(act):
    try:
        act()
        return "nothing"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(raised(lambda: RingsideEnv.start("CartPoel-v1", command=command)))
print(raised(lambda: RingsideEnv("127.0.0.1:1")))
env = RingsideEnv.start("CartPole-v1", command=command)
print(raised(lambda: env.step(0)))
env._process.kill()
env._process.wait()
print(raised(lambda: env.reset()))
print(raised(lambda: env.reset()))
`).split('\n')
    expect(told[0]).toMatch(/RingsideError: .*Did you mean "CartPole-v1"/)
    expect(told[1]).toMatch(/RingsideError: nobody serves an environment at 127.0.0.1:1/)
    expect(told[2]).toMatch(/RingsideError: .*before the first reset/)
    expect(told[3]).toMatch(/RingsideError: the server at 127.0.0.1:\d+ has gone/)
    expect(told[4]).toBe('RingsideError: the environment is closed')
  })

  test('a Python that is killed takes its server along', async () => {
    writeFileSync(
      join(folder, 'long.py'),
      `${start}
env = RingsideEnv.start("CartPole-v1", command=command)
env.reset()
print(env._process.pid, flush=True)
import time
time.sleep(60)
`,
    )
    const child = spawn(python, ['long.py'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = await new Promise<number>((done) => child.stdout.once('data', (line) => done(Number(String(line)))))
    child.kill('SIGKILL')
    await gone(pid)
  })
})
