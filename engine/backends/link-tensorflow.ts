import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { RingsideError, usageError } from '../../core/errors.ts'

const tfjsVersion = '4.22.0'
const packageName = '@tensorflow/tfjs-node-gpu'

export interface LinkOptions {
  /** Of TensorFlow: 2.15.0 without a GPU, 2.18.1 (CUDA 12.5, cuDNN 9) with one, unless given. */
  readonly version?: string | undefined
  /** A line for each step. */
  readonly log: (line: string) => void
}

/**
 * Gives @tensorflow/tfjs-node-gpu the libraries of a current TensorFlow from PyPI, in place of the TensorFlow 2.9 and CUDA
 * 11.2 that its installer downloads: takes them and the C headers out of the wheel, and builds the addon against them. On a
 * machine with an NVIDIA GPU the CUDA libraries come from PyPI too, so that only the driver must be there. Needs Linux on
 * x64, python3 with pip, a C++ compiler and make. Returns what the package then says of itself.
 */
export function linkTensorFlow({ version, log }: LinkOptions): string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw usageError(`--link-tensorflow works on Linux on x64; this is ${process.platform}-${process.arch}.`)
  if (version !== undefined && !/^2\.\d+\.\d+$/.test(version))
    throw usageError(`--link-tensorflow expects a version like 2.15.0 or 2.18.1, got "${version}".`)
  for (const [tool, why] of [
    ['python3', 'to fetch and unpack the wheel'],
    ['g++', 'to build the addon'],
    ['make', 'to build the addon'],
  ] as const) {
    if (spawnSync(tool, ['--version']).status !== 0)
      throw new RingsideError(`--link-tensorflow needs ${tool} ${why}. On Debian: apt install python3-pip g++ make`)
  }
  const gpu = spawnSync('nvidia-smi', ['-L']).status === 0
  const wanted = version ?? (gpu ? '2.18.1' : '2.15.0')

  const root = projectFolder()
  const home = join(root, 'node_modules', packageName)
  if (!existsSync(home)) {
    log(`installing ${packageName}@${tfjsVersion}, without the download of its own TensorFlow`)
    const args = ['install', '--no-save', '--ignore-scripts', `${packageName}@${tfjsVersion}`]
    perform('npm', args, root)
  }
  const wheels = mkdtempSync(join(tmpdir(), 'ringside-tensorflow-'))
  try {
    log(`fetching TensorFlow ${wanted} ${gpu ? 'and its CUDA libraries ' : ''}from PyPI`)
    const requirement = gpu ? `tensorflow[and-cuda]==${wanted}` : `tensorflow-cpu==${wanted}`
    const target = ['--only-binary=:all:', '--python-version', '3.11', '--platform', 'manylinux2014_x86_64']
    const platforms = ['--platform', 'manylinux_2_17_x86_64', '--platform', 'manylinux_2_27_x86_64']
    const dependencies = gpu ? [] : ['--no-deps']
    perform(
      'python3',
      ['-m', 'pip', 'download', '-q', ...dependencies, ...target, ...platforms, '-d', wheels, requirement],
      root,
    )
    log('unpacking its libraries and headers')
    const files = readdirSync(wheels).filter((file) => file.endsWith('.whl'))
    perform('python3', ['-c', unpack, join(home, 'deps'), ...files.map((file) => join(wheels, file))], root)
  } finally {
    rmSync(wheels, { recursive: true, force: true })
  }
  log('building the addon')
  rmSync(join(home, 'lib'), { recursive: true, force: true })
  perform('npm', ['run', 'build-addon-from-source'], home)
  return trial(root)
}

/** Loads the package in a process of its own: this one may have tried, and remembers that it failed. */
function trial(root: string): string {
  const script = `
    const util = require('util')
    util.isNullOrUndefined ??= (value) => value === null || value === undefined
    util.isArray ??= Array.isArray
    const tf = require(${JSON.stringify(packageName)})
    const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()
    if (product[0] !== 3) throw new Error('2 × 3 times 3 × 2 gives ' + product)
    const { binding, isUsingGpuDevice } = tf.backend()
    console.log('TensorFlow ' + binding.TF_Version + (isUsingGpuDevice ? ' on the GPU' : ' on the CPU'))`
  return perform(process.execPath, ['-e', script], root).trim().split('\n').at(-1)!
}

function perform(command: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (error !== undefined) throw new RingsideError(`${command} cannot be run: ${error.message}`, { cause: error })
  if (status !== 0) {
    const lines = `${stdout}\n${stderr}`.trim().split('\n').slice(-15)
    const shown = [command, ...args.filter((arg) => !arg.includes('\n'))].join(' ')
    throw new RingsideError(`"${shown}" failed:\n${lines.join('\n')}`)
  }
  return stdout
}

/** The folder whose node_modules holds TensorFlow.js, which both packages must share. */
function projectFolder(): string {
  const path = createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json')
  return dirname(path.slice(0, path.lastIndexOf(join('node_modules', '@tensorflow'))) + 'x')
}

/**
 * Arguments: the deps folder, then wheels. TensorFlow's libraries and C headers go to deps/lib and deps/include, the CUDA
 * libraries to deps/nvidia, where TensorFlow's own search path ($ORIGIN/../nvidia) finds them.
 */
const unpack = `
import os, shutil, sys, zipfile
deps, wheels = sys.argv[1], sys.argv[2:]
shutil.rmtree(deps, ignore_errors=True)
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
headers = tuple('tensorflow/include/' + part for part in ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/'))
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith('/'):
                continue
            if name in libraries:
                path = os.path.join(deps, 'lib', os.path.basename(name))
            elif name.startswith(headers):
                path = os.path.join(deps, 'include', name[len('tensorflow/include/'):])
            elif name.startswith('nvidia/') and '/lib/' in name:
                path = os.path.join(deps, name)
            else:
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(name) as source, open(path, 'wb') as target:
                shutil.copyfileobj(source, target)
for link, library in (
    ('libtensorflow.so', 'libtensorflow_cc.so.2'),
    ('libtensorflow.so.2.9.1', 'libtensorflow_cc.so.2'),
    ('libtensorflow_framework.so', 'libtensorflow_framework.so.2'),
):
    os.symlink(library, os.path.join(deps, 'lib', link))
`
