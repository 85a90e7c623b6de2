import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { valuesLine } from '../../../runner/cli/terminal-stage.ts'
import { main, ringside } from './run-cli.ts'

const python = spawnSync('python3', ['-c', 'import pty']).status === 0
if (!python)
  console.log('the terminal, played and watched, skipped: it takes python3 to be a terminal, and there is none')

/**
 * A terminal of 100 × 30: presses each key (or sends the signal) once the screen shows the text before it; all that was written
 * comes back, and the status, or the number of the signal that ended it.
 */
const terminal = `
import fcntl, json, os, pty, select, signal, struct, sys, termios, time
signals = { name: getattr(signal, name) for name in ('SIGTERM', 'SIGHUP', 'SIGINT') }
presses, args = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    time.sleep(0.2)
    os.execvp(args[0], args)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
out, seen, end = b'', 0, time.time() + 30
while time.time() < end:
    if presses and presses[0][0].encode() in out[seen:]:
        seen = len(out)
        key = presses.pop(0)[1]
        if key in signals:
            os.kill(pid, signals[key])
        else:
            os.write(fd, key.encode())
    if select.select([fd], [], [], 0.05)[0]:
        try:
            got = os.read(fd, 65536)
        except OSError:
            got = b''
        if not got:
            break
        out += got
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(out)
sys.exit(abs(os.waitstatus_to_exitcode(status)))
`

function inTerminal(presses: readonly (readonly [string, string])[], args: readonly string[]) {
  return spawnSync('python3', ['-c', terminal, JSON.stringify(presses), process.execPath, main, ...args], {
    encoding: 'utf8',
    timeout: 40_000,
  })
}
const leave = '\x1b[?25h\x1b[?1049l'
const [left, right] = ['\x1b[D', '\x1b[C']

test.skipIf(!python)(
  'a person plays: keys are steps, the next episode begins, the terminal is given back',
  () => {
    const { stdout, status } = inTerminal(
      [
        ['step 0 ', right],
        ['step 1 ', left + right],
        ['step 2 ', '\r'],
        ['step 0 ', 'p'],
        ['paused', right],
        ['paused', 'q'],
      ],
      ['play', 'CartPole-v1', '--terminal'],
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/← left, → right · p pause/)
    // Of two keys in one frame the later one counts.
    expect(stdout).toMatch(/CartPole-v1 {2}step 2 {2}return 2/)
    expect(stdout.slice(stdout.indexOf('paused'))).not.toMatch(/step 1 /)
    expect(stdout).toContain(leave)
    expect(stdout.slice(stdout.indexOf(leave))).toContain('Returns: 2')
  },
  60_000,
)

test.skipIf(!python)(
  'where time goes on by itself nobody need press a key; Ctrl-C leaves',
  () => {
    const { stdout, status } = inTerminal([['step 12 ', '\x03']], ['play', 'MinAtar/Breakout-v1', '--terminal'])
    expect(status).toBe(0)
    expect(stdout).toContain(leave)
  },
  60_000,
)

test.skipIf(!python)(
  'an untrained agent is watched in an environment as it is set',
  () => {
    const wrapped = 'env.wrappers=[{name: TimeLimit, kwargs: {maxEpisodeSteps: 5}}]'
    const { stdout, status } = inTerminal(
      [
        ['step 5 ', 'n'],
        ['step 0 ', 'q'],
      ],
      ['watch', '--agent', 'random', '--env', 'CartPole-v1', '--set', wrapped, '--terminal'],
    )
    expect(status).toBe(0)
    expect(stdout).not.toMatch(/step 6 /)
    expect(stdout).toContain(leave)
  },
  60_000,
)

test.skipIf(!python).each([
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const)(
  'the terminal is given back when %s ends the watching',
  (signal, number) => {
    const args = ['watch', '--agent', 'random', '--env', 'CartPole-v1', '--terminal']
    const { stdout, status } = inTerminal([['step 3', signal]], args)
    expect(status).toBe(number)
    expect(stdout.endsWith(leave)).toBe(true)
  },
  60_000,
)

test.skipIf(!python)(
  'what the agent thinks stands as text under the picture',
  () => {
    const args = ['watch', '--agent', 'dqn', '--env', 'CartPole-v1', '--terminal']
    const { stdout, status } = inTerminal([['position', 'q']], args)
    expect(status).toBe(0)
    expect(stdout).toMatch(/ q [ ▸]left [█▏▎▍▌▋▊▉ ]{6} -?\d+\.\d\d {2}[ ▸]right /)
  },
  60_000,
)

test('bars of values are in eighths, the best is marked, and what has none is told by its worth', () => {
  expect(valuesLine({ q: Float32Array.of(0, 1, 0.5) }, ['a', 'b', 'c'])).toBe(
    ' q  a ▏      0.00  ▸b ██████ 1.00   c ███    0.50',
  )
  expect(valuesLine({ policy: Float32Array.of(0.25, 0.75) }, undefined)).toBe(' π  0 █▌     0.25  ▸1 ████▌  0.75')
  expect(valuesLine({ value: Float32Array.of(-2) }, undefined)).toBe(' V -2.00')
  expect(valuesLine({}, undefined)).toBe('')
})

test('what is no terminal is told so, and nothing is drawn', () => {
  const play = ringside(['play', 'CartPole-v1', '--terminal'])
  expect(play.status).toBe(2)
  expect(play.stderr).toMatch(/needs its keys; the input here is a pipe or a file/)
  expect(play.stdout).toBe('')
  const { status, stderr } = ringside(['watch', 'runs/none', '--set', 'gamma=1'])
  expect(status).toBe(2)
  expect(stderr).toMatch(/--set is for an untrained agent/)
})
