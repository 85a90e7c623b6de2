import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main, ringside, temporaryFolder } from './run-cli.ts'

test.each(['agents', 'datasets', 'envs', 'presets', 'wrappers'])(
  'list %s prints names and loads no tensor library',
  (what) => {
    // The process tells, at its end, which modules it read: a hook on the file system is what cannot be fooled by caches.
    const hook = `data:text/javascript,${encodeURIComponent(
      "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; const seen = []; const read = fs.readFileSync; fs.readFileSync = (...a) => { seen.push(String(a[0])); return read(...a) }; syncBuiltinESMExports(); process.on('exit', () => process.stderr.write(seen.filter((p) => /tensorflow|onnxruntime/.test(p)).join('\\n')))",
    )}`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, main, 'list', what, '--json'], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(0)
  },
)

test('list presets --json gives what each preset sets', () => {
  const presets = JSON.parse(ringside(['list', 'presets', '--json']).stdout) as { agent?: string; env?: string }[]
  expect(presets.find(({ agent, env }) => agent === 'dqn' && env === 'LunarLander-v3')).toMatchObject({
    steps: 100_000,
    agentConfig: { batchSize: 128 },
  })
})

test('the doctor tells which engines work', () => {
  const { status, stdout } = ringside(['doctor', '--json'])
  expect(status).toBe(0)
  const { engines, canvas } = JSON.parse(stdout) as {
    engines: { engine: string; works: boolean; mend?: string }[]
    canvas: { works: boolean }
  }
  expect(canvas.works).toBe(true)
  expect(engines.filter((e) => e.works).map((e) => e.engine)).toEqual(expect.arrayContaining(['onnx', 'wasm', 'cpu']))
  for (const engine of engines) if (!engine.works) expect(engine.mend).toBeTruthy()
})

test.skipIf(process.platform === 'win32')('a reader that closes the pipe early sees no failure', () => {
  const { stderr, stdout } = spawnSync('sh', ['-c', `"${process.execPath}" "${main}" list agents | head -n 1`], {
    encoding: 'utf8',
  })
  expect(stdout.split('\n')).toHaveLength(2)
  expect(stderr).toBe('')
})

test('list envs --pictures writes a PNG of all', () => {
  const path = join(temporaryFolder(), 'envs.png')
  const { status } = ringside(['list', 'envs', '--pictures', path])
  expect(status).toBe(0)
  const bytes = readFileSync(path)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  expect(bytes.readUInt32BE(16)).toBe(1176)
  expect(ringside(['list', 'agents', '--pictures', path]).status).toBe(2)
  const text = ringside(['list', 'envs', '--pictures', 'envs.txt'])
  expect([text.status, text.stderr]).toEqual([2, 'ringside: --pictures expects a .png file, got "envs.txt".\n'])
})
