import { type Command } from './command.ts'

/** What is made of runs, and what tells what there is. */
export const toolCommands: readonly Command[] = [
  {
    command: 'export <run>',
    describe: "the network of a run's agent, or a model's generator, as an ONNX file or a tf.layers model",
    build: (options) =>
      options
        .positional('run', { type: 'string', demandOption: true, describe: 'the run folder' })
        .option('format', {
          type: 'string',
          choices: ['onnx', 'tfjs'] as const,
          default: 'onnx',
          describe: 'onnx: one file; tfjs: a folder that tf.loadLayersModel reads',
        })
        .option('out', { type: 'string', describe: 'the file or folder (default in the run folder)' })
        .option('checkpoint', { type: 'string', describe: 'best, last, or the step of a kept checkpoint' })
        .option('batch', { type: 'number', describe: 'of a model as ONNX: pictures of one call (default 1)' })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing file' })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the path, the inputs and the size as JSON',
        })
        .example('ringside export runs/double-dqn-CartPole-v1-1 --out cartpole.onnx', '')
        .example('ringside export runs/double-dqn-CartPole-v1-1 --format tfjs --out cartpole', 'for the browser'),
    load: () => import('./export.ts'),
  },
  {
    command: 'compare <runs..>',
    describe:
      'runs side by side: means, medians and interquartile means with intervals, curves, probability of improvement',
    build: (options) =>
      options
        .positional('runs', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'run folders, or folders of them',
        })
        .option('by', {
          type: 'string',
          describe: 'what groups them: any key of their configs (default agent.name or model.name)',
        })
        .option('score', {
          type: 'string',
          choices: ['best', 'final'] as const,
          default: 'best',
          describe: 'of which checkpoint',
        })
        .option('normalize', {
          type: 'boolean',
          describe: '0 a random policy, 1 solved (default where there are several environments)',
        })
        .option('out', { type: 'string', describe: 'a folder for the report: HTML, Markdown, CSV, JSON, plots' })
        .option('seed', { type: 'number', default: 0, describe: 'of the bootstrap' })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing report' })
        .option('json', { type: 'boolean', default: false, describe: 'for programs' })
        .example('ringside compare runs --out comparison', 'everything in the folder')
        .example('ringside compare runs --by agent.learningRate', ''),
    load: () => import('./compare.ts'),
  },
  {
    command: 'sample <what>',
    describe: 'pictures of a trained generative model, or of a dataset',
    build: (options) =>
      options
        .positional('what', {
          type: 'string',
          demandOption: true,
          describe: "a model's run folder; with --real a dataset",
        })
        .option('count', { type: 'number', describe: 'pictures (default 16, of a dataset 72)' })
        .option('seed', { type: 'number', default: 0, describe: 'of z' })
        .option('out', { type: 'string', describe: 'a PNG file (default samples.png)' })
        .option('columns', { type: 'number', describe: 'of the grid' })
        .option('label', { type: 'number', describe: 'of a conditional model, or of real pictures: this class alone' })
        .option('from', { type: 'number', describe: 'the seed of a picture; with --to: the way from one to the other' })
        .option('to', { type: 'number', describe: 'the seed of the picture where the way ends' })
        .option('frames', { type: 'number', describe: 'pictures on the way (default 10)' })
        .option('nearest', { type: 'number', describe: 'beside each picture so many training pictures nearest to it' })
        .option('stretch', { type: 'boolean', default: false, describe: 'each picture over its own range of values' })
        .option('checkpoint', { type: 'string', default: 'last', describe: 'last, or the step of a kept checkpoint' })
        .option('engine', { type: 'string', describe: 'auto, onnx, tensorflow, wasm or cpu' })
        .option('real', { type: 'boolean', default: false, describe: 'real pictures of a dataset' })
        .option('set', { type: 'string', array: true, nargs: 1, describe: 'with --real: a setting of the dataset' })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing file' })
        .option('json', { type: 'boolean', default: false, describe: 'print the path and the count as JSON' })
        .example('ringside sample runs/gan-mnist-1 --count 16 --seed 1 --out samples.png', '')
        .example('ringside sample runs/gan-mnist-1 --from 1 --to 2 --frames 12 --out way.png', '')
        .example('ringside sample svhn --real --out real.png', ''),
    load: () => import('./sample.ts'),
  },
  {
    command: 'inspect <what> [env]',
    describe: 'layers of an agent, a model or a run: output sizes, parameters, multiply-adds, gradient check',
    build: (options) =>
      options
        .positional('what', { type: 'string', demandOption: true, describe: 'an agent, a model, or a run folder' })
        .positional('env', { type: 'string', describe: "the agent's environment, or the model's dataset" })
        .option('set', { type: 'string', array: true, nargs: 1, describe: 'a setting, key=value (repeatable)' })
        .option('check-gradients', {
          type: 'boolean',
          default: false,
          describe: 'compare every gradient with finite differences',
        })
        .option('engine', {
          type: 'string',
          describe: 'what the gradients are checked on: onnx, tensorflow, wasm or cpu',
        })
        .option('json', { type: 'boolean', default: false, describe: 'for programs' })
        .example('ringside inspect rainbow MinAtar/Breakout-v1', '')
        .example('ringside inspect dcgan svhn', '')
        .example('ringside inspect drqn TMaze-v0 --check-gradients', ''),
    load: () => import('./inspect.ts'),
  },
  {
    command: 'list <what>',
    describe: 'list agents, models, datasets, envs, wrappers or presets',
    build: (options) =>
      options
        .positional('what', {
          type: 'string',
          choices: ['agents', 'models', 'datasets', 'envs', 'wrappers', 'presets'] as const,
          demandOption: true,
        })
        .option('json', { type: 'boolean', default: false, describe: 'for programs' })
        .option('pictures', { type: 'string', describe: 'envs only: a PNG file with a picture of each' })
        .example('ringside list envs --pictures envs.png', ''),
    load: () => import('./list.ts'),
  },
  {
    command: 'check <env>',
    describe: 'check an environment against the contract',
    build: (options) =>
      options
        .positional('env', { type: 'string', demandOption: true, describe: 'an id or ./file.ts#Export' })
        .option('json', { type: 'boolean', default: false, describe: 'for programs' })
        .example('ringside check ./my-env.ts#MyEnv', ''),
    load: () => import('./check.ts'),
  },
  {
    command: 'serve [env]',
    describe: 'serve an environment to Gymnasium clients in Python',
    build: (options) =>
      options
        .positional('env', { type: 'string', describe: 'an id or ./file.ts#Export' })
        .option('host', { type: 'string', describe: 'listen here instead of on this machine alone (127.0.0.1)' })
        .option('port', { type: 'number', describe: 'default: one that is free' })
        .option('once', { type: 'boolean', default: false, describe: 'end when the last client has gone' })
        .option('client', { type: 'string', describe: 'write the Python module to this file' })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing file' })
        .option('json', { type: 'boolean', default: false, describe: 'print the address as JSON' })
        .example('ringside serve --client ringside_env.py', 'the module for Python')
        .example('ringside serve MinAtar/Breakout-v1 --port 7766', 'then RingsideEnv("127.0.0.1:7766") there'),
    load: () => import('./serve.ts'),
  },
  {
    command: 'bench [name]',
    describe: 'speed, beside the Python libraries where they are installed',
    build: (options) =>
      options
        .positional('name', { type: 'string', describe: 'engine, envs, training, or one bench of them (default all)' })
        .option('peers', {
          type: 'boolean',
          default: false,
          describe: 'time PyTorch and Gymnasium too (RINGSIDE_PYTHON, else python3)',
        })
        .option('engine', {
          type: 'string',
          choices: ['onnx', 'tensorflow', 'wasm', 'cpu', 'all'],
          default: 'onnx',
          describe: 'all: onnx beside every other engine that works here',
        })
        .option('threads', { type: 'number', default: 1, describe: 'threads of the engine and of its peers' })
        .option('json', { type: 'boolean', default: false, describe: 'for programs' })
        .example('ringside bench update --engine wasm', '')
        .example('RINGSIDE_PYTHON=.venv/bin/python ringside bench engine --peers', ''),
    load: () => import('./bench.ts'),
  },
  {
    command: 'doctor',
    describe: 'which engines and canvases work here, which not, why, and what to do',
    build: (options) =>
      options
        .option('json', { type: 'boolean', default: false, describe: 'for programs' })
        .option('link-tensorflow', {
          type: 'string',
          describe:
            'give @tensorflow/tfjs-node-gpu a current TensorFlow from PyPI (2.15.0, with a GPU 2.18.1, or yours)',
        })
        .example('ringside doctor --link-tensorflow', ''),
    load: () => import('./doctor.ts'),
  },
]
