/**
 * Seconds and memory that reading a large .mat takes, in a process of its own:
 *
 *     npx tsx tests/parity/time-mat.ts big.mat
 */
import { readMat } from '../../generative/datasets/mat/read-mat.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('which file? tests/parity/write-large-mat.py writes one')
const before = process.memoryUsage().rss
const cpuBefore = process.cpuUsage()
const began = performance.now()
const { X } = await readMat(file, { names: ['X', 'y'], axes: { X: [3, 0, 1, 2] } })
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
// maxRSS is in kibibytes.
const memory = (process.resourceUsage().maxRSS * 1024 - before) / X!.data.byteLength
console.log(
  `${X!.shape.join(' × ')}: ${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of CPU), ` +
    `at most ${memory.toFixed(2)} × the data in memory`,
)
