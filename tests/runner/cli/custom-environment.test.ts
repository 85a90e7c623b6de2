import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ringside, temporaryFolder } from './run-cli.ts'

const page = readFileSync('docs/custom-environment.md', 'utf8')
/** A project that installed the package, as `npm init` leaves it. */
const folder = temporaryFolder()
mkdirSync(join(folder, 'node_modules'))
symlinkSync(process.cwd(), join(folder, 'node_modules', 'ringside'), 'junction')
writeFileSync(join(folder, 'package.json'), '{ "name": "mine", "type": "commonjs" }')

const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)![1]!
/** The indented lines of the page that a reader types. */
const commands = [...page.matchAll(/^ {4}((?:cp|ringside|node) .+)$/gm)].map((found) => found[1]!.split(' '))
const random = ['--steps', '1000', '--set', 'film.maxSteps=0', '--set', 'score.episodes=20', '--json']

test('every command of the page about custom environments works, in its order', () => {
  expect(commands.map(([program, verb]) => (program === 'ringside' ? verb : program))).toEqual(
    ['cp', 'check', 'train', 'evaluate', 'record', 'cp', 'check', 'train', 'train', 'node'], // prettier-ignore
  )
  writeFileSync(join(folder, 'gusty.yaml'), block('yaml'))
  writeFileSync(join(folder, 'play.mjs'), block('js'))
  for (const [program, ...args] of commands) {
    if (program === 'cp') {
      copyFileSync(join(folder, args[0]!), join(folder, args[1]!))
      continue
    }
    const { status, stdout, stderr } =
      program === 'node'
        ? spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 })
        : ringside(args, folder)
    expect(`${status} ${args.join(' ')}: ${stderr}`).toMatch(/^0 /)
    if (args[0] === 'check') expect(stdout).toMatch(/nothing to mend/)
    if (program === 'node') expect(stdout).toBe('[ 3 ]\n[]\ntruncated\n')
  }
  expect(readFileSync(join(folder, 'balloon.gif')).subarray(0, 6).toString()).toBe('GIF89a')
  expect(existsSync(join(folder, 'runs/balloon/plots/learning-curve.png'))).toBe(true)
}, 180_000)

describe('what the page says', () => {
  beforeAll(() => copyFileSync('examples/env-template.ts', join(folder, 'my-env.ts')))

  test('of returns', () => {
    const { bestScore } = JSON.parse(readFileSync(join(folder, 'runs/balloon/summary.json'), 'utf8')) as {
      bestScore: number
    }
    expect(bestScore).toBeGreaterThan(150)
    const { stdout } = ringside(['train', 'random', './my-env.ts#Balloon', ...random], folder)
    expect((JSON.parse(stdout) as { score: number }).score).toBeLessThan(20)
  }, 60_000)

  test('of options, which are in the config', () => {
    const config = JSON.parse(readFileSync(join(folder, 'runs/gusty/config.json'), 'utf8')) as {
      env: { kwargs: unknown }
    }
    expect(config.env.kwargs).toEqual({ gusts: 0.01 })
  })

  test('of a fault, word for word', () => {
    const source = readFileSync(join(folder, 'my-env.ts'), 'utf8')
    writeFileSync(join(folder, 'my-env.ts'), source.replace(/reward: .*,/, 'reward: NaN,'))
    const { status, stdout } = ringside(['check', './my-env.ts#Balloon'], folder)
    expect(status).toBe(1)
    expect(page).toContain(
      stdout
        .split('\n')
        .find((line) => line.includes('error: '))!
        .trim(),
    )
  })
})

test('a module is loaded under any package.json or none, with another file of its own', () => {
  writeFileSync(join(folder, 'sizes.ts'), 'export const size: number = 3\n')
  writeFileSync(
    join(folder, 'needs-another.ts'),
    `import { spaces } from 'ringside/envs'
import { size } from './sizes.ts'
export default () => ({
  observationSpace: spaces.box({ low: 0, high: 1, shape: [size] }),
  actionSpace: spaces.discrete(2),
  reset: () => ({ observation: new Float32Array(size), info: {} }),
  step: () => ({ observation: new Float32Array(size), reward: 0, terminated: true, truncated: false, info: {} }),
})
`,
  )
  for (const type of ['commonjs', 'module', undefined]) {
    if (type === undefined) rmSync(join(folder, 'package.json'))
    else writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }))
    const { status, stderr } = ringside(['check', './needs-another.ts'], folder)
    expect([status, stderr]).toEqual([0, ''])
  }
})

test('what throws in a module is told with its line, and a promise without a stack', () => {
  writeFileSync(
    join(folder, 'throws.mjs'),
    `import { spaces } from 'ringside/envs'
const env = { observationSpace: spaces.discrete(2), actionSpace: spaces.discrete(2), reset: () => ({ observation: 0, info: {} }) }
export const thrower = () => { throw new TypeError('no board') }
export const inReset = () => ({ ...env, reset() { throw new TypeError('no board') }, step() {} })
export const later = () => ({ ...env, step: async () => { throw new Error('offline') } })
export const promised = async () => { throw new Error('offline') }
`,
  )
  const check = (name: string): string => {
    const { status, stdout, stderr } = ringside(['check', `./throws.mjs#${name}`], folder)
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at /)
    return `${status} ${stderr || stdout.split('\n')[3]!.trim()}`
  }
  expect(check('thrower')).toMatch(/^2 .*could not be built: it threw at throws\.mjs:3: no board/)
  expect(check('inReset')).toMatch(/^1 error: reset\(\{ seed \}\) threw at throws\.mjs:4: no board/)
  expect(check('later')).toMatch(/^1 error: .*step\(\) returned a Promise/)
  expect(check('promised')).toMatch(/^2 .*is a Promise.*Take "async" from its factory/)
  const { status, stderr } = ringside(['train', 'random', './throws.mjs#inReset', '--out', 'never'], folder)
  expect([status, stderr]).toEqual([1, 'ringside: no board (thrown at throws.mjs:4)\n'])
}, 60_000)
