import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { main, ringside } from './run-cli.ts'

const python = spawnSync('python3', ['-c', 'import pty']).status === 0
if (!python)
  console.log('the terminal, played and watched, skipped: it takes python3 to be a terminal, and there is none')

/** A terminal of 100 × 30: presses each key once the screen shows the text before it; all that was written comes back. */
const terminal = `
import fcntl, json, os, pty, select, struct, sys, termios, time
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
        os.write(fd, presses.pop(0)[1].encode())
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
sys.exit(os.waitstatus_to_exitcode(status))
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

test('what is no terminal is told so, and nothing is drawn', () => {
  const play = ringside(['play', 'CartPole-v1', '--terminal'])
  expect(play.status).toBe(2)
  expect(play.stderr).toMatch(/needs its keys; the input here is a pipe or a file/)
  expect(play.stdout).toBe('')
  const { status, stderr } = ringside(['watch', 'runs/none', '--set', 'gamma=1'])
  expect(status).toBe(2)
  expect(stderr).toMatch(/--set is for an untrained agent/)
})
