import type { Argv } from 'yargs'

/** A command: its line and options are known at once, its code is loaded when it is called. */
export interface Command {
  readonly command: string
  readonly describe: string
  build(options: Argv): Argv
  load(): Promise<{ run(args: Readonly<Record<string, unknown>>): Promise<void> }>
}

const engineOptions = (options: Argv): Argv =>
  options
    .option('engine', { type: 'string', describe: 'auto, onnx, tensorflow, wasm or cpu' })
    .option('device', { type: 'string', describe: 'where the engine computes: cpu, cuda, …' })
    .option('threads', { type: 'number', describe: 'threads of the engine' })

const pageOptions = (options: Argv): Argv =>
  options
    .option('host', { type: 'string', describe: 'listen here instead of on this machine alone (127.0.0.1)' })
    .option('port', { type: 'number', describe: 'of the page (default: one that is free)' })
    .option('json', { type: 'boolean', default: false, describe: 'print the address as JSON' })

const checkpointOption = (options: Argv): Argv =>
  options.option('checkpoint', {
    type: 'string',
    default: 'best',
    describe: 'best, last, or the step of a kept checkpoint',
  })

export const commands: readonly Command[] = [
  {
    command: 'train [agent] [env]',
    describe: 'train an agent in an environment, or a generative model on a dataset',
    build: (options) =>
      engineOptions(options)
        .positional('agent', {
          type: 'string',
          describe: 'an agent or a model ("ringside list agents", "list models") or ./file.ts#Export',
        })
        .positional('env', {
          type: 'string',
          describe: 'an environment or a dataset ("ringside list envs", "list datasets") or ./file.ts#Export',
        })
        .option('model', {
          type: 'string',
          describe: 'a model by name or ./file.ts#Export, instead of the first argument',
        })
        .option('dataset', { type: 'string', describe: 'its dataset, instead of the second argument' })
        .option('epochs', { type: 'number', describe: 'of a model: walks through the training pictures' })
        .option('set', { type: 'string', array: true, nargs: 1, describe: 'a setting, key=value (repeatable)' })
        .option('steps', { type: 'number', describe: 'environment steps of training; of a model, batches' })
        .option('seed', { type: 'number', describe: 'root of every random stream' })
        .option('lanes', { type: 'number', describe: 'environments stepped together' })
        .option('config', {
          type: 'string',
          describe: "a YAML or JSON file of settings; a run's config.json repeats that run",
        })
        .option('out', { type: 'string', describe: 'the run folder (default runs/<agent>-<env>-<n>)' })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing run folder' })
        .option('init-from', { type: 'string', describe: 'begin with the weights of this run (its best checkpoint)' })
        .option('resume', { type: 'string', describe: 'go on with this run' })
        .option('watch', { type: 'boolean', default: false, describe: 'serve a page that shows the newest policy' })
        .option('quiet', { type: 'boolean', default: false, describe: 'no progress bar' })
        .option('json', { type: 'boolean', default: false, describe: 'print the summary as JSON' })
        .example('ringside train double-dqn CartPole-v1', 'the tuned preset')
        .example('ringside train dqn CartPole-v1 --set learningRate=1e-3 --seed 3', 'with a setting of your own')
        .example('ringside train gan mnist --epochs 20', 'a generative model')
        .example('ringside train --resume runs/double-dqn-CartPole-v1-1', 'go on after a cut'),
    load: () => import('./train.ts'),
  },
  {
    command: 'evaluate <run>',
    describe: "returns of a run's agent over whole episodes; of a model, the quality of its pictures",
    build: (options) =>
      checkpointOption(engineOptions(options))
        .positional('run', { type: 'string', demandOption: true, describe: 'the run folder' })
        .option('episodes', { type: 'number', default: 100, describe: 'whole episodes' })
        .option('count', { type: 'number', describe: 'of a model: pictures of each set (default 1000)' })
        .option('seed', { type: 'number', default: 0, describe: 'of the episodes' })
        .option('json', { type: 'boolean', default: false, describe: '{ meanReturn, returns, … }' })
        .example('ringside evaluate runs/double-dqn-CartPole-v1-1 --episodes 20 --json', ''),
    load: () => import('./evaluate.ts'),
  },
  {
    command: 'record <run>',
    describe: "film a run's agent",
    build: (options) =>
      checkpointOption(engineOptions(options))
        .positional('run', { type: 'string', demandOption: true, describe: 'the run folder' })
        .option('episodes', { type: 'number', default: 1, describe: 'episodes in the film' })
        .option('format', {
          type: 'string',
          choices: ['gif', 'mp4', 'png'] as const,
          describe: 'default: what --out ends in, else gif. png: the first, middle and last frame beside each other',
        })
        .option('out', {
          type: 'string',
          describe: 'the file (default RUN/media/episode-<n>.gif); without an ending, a folder of one PNG a frame',
        })
        .option('lanes', { type: 'number', default: 1, describe: 'environments filmed side by side' })
        .option('width', { type: 'number', describe: 'pixels of one picture (default at most 600)' })
        .option('height', { type: 'number', describe: 'pixels (default in proportion)' })
        .option('fps', { type: 'number', describe: "frames a second (default the environment's)" })
        .option('seed', { type: 'number', default: 0, describe: 'of the episodes' })
        .option('max-steps', { type: 'number', describe: 'longest film, in steps' })
        .option('overlay', {
          type: 'boolean',
          default: true,
          describe: 'step, reward, return, action and values of the actions under the picture',
        })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing file' })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the path, the frames and the returns as JSON',
        })
        .example('ringside record runs/double-dqn-CartPole-v1-1 --out cartpole.mp4', '')
        .example('ringside record runs/double-dqn-CartPole-v1-1 --lanes 9 --width 200', 'nine at once'),
    load: () => import('./record.ts'),
  },
  {
    command: 'watch [run..]',
    describe: 'watch an agent play, in the browser or the terminal; curves of several runs',
    build: (options) =>
      pageOptions(engineOptions(options))
        .positional('run', { type: 'string', array: true, describe: 'the run folder; several show their curves' })
        .option('agent', { type: 'string', describe: 'an untrained agent instead of a run' })
        .option('env', { type: 'string', describe: 'its environment' })
        .option('set', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'a setting of an untrained agent, key=value',
        })
        .option('checkpoint', {
          type: 'string',
          describe:
            'best, last, or the step of a kept checkpoint (default best; the newest of a training that goes on)',
        })
        .option('terminal', { type: 'boolean', default: false, describe: 'draw in the terminal' })
        .option('seed', { type: 'number', default: 0, describe: 'of the episodes' })
        .example('ringside watch runs/double-dqn-CartPole-v1-1', 'prints the address of its page')
        .example('ringside watch runs/double-dqn-CartPole-v1-1 --terminal', 'keys: space, →, + −, n, q'),
    load: () => import('./watch.ts'),
  },
  {
    command: 'play <env>',
    describe: 'play an environment yourself, in the browser or the terminal',
    build: (options) =>
      pageOptions(options)
        .positional('env', { type: 'string', demandOption: true, describe: 'an id or ./file.ts#Export' })
        .option('seed', { type: 'number', default: 0, describe: 'of the episodes' })
        .option('terminal', { type: 'boolean', default: false, describe: 'draw in the terminal' })
        .example('ringside play LunarLander-v3', 'prints the address of its page')
        .example('ringside play MinAtar/Breakout-v1 --terminal', 'the keys stand below the game'),
    load: () => import('./play.ts'),
  },
  {
    command: 'report <run>',
    describe: 'one HTML file about a run that opens offline: curves, films, settings, where the time went',
    build: (options) =>
      options
        .positional('run', { type: 'string', demandOption: true, describe: 'the run folder, finished or not' })
        .option('out', { type: 'string', describe: 'the file (default report.html in the run folder)' })
        .option('force', { type: 'boolean', default: false, describe: 'replace an existing file' })
        .option('json', { type: 'boolean', default: false, describe: 'print the path and the summary as JSON' })
        .example('ringside report runs/double-dqn-CartPole-v1-1', '')
        .example('ringside report runs/gan-mnist-1 --out gan.html', 'somewhere else'),
    load: () => import('./report.ts'),
  },
  {
    command: 'sweep <file>',
    describe: 'many runs of a YAML file: a grid, random draws or successive halving; goes on where it was cut',
    build: (options) =>
      options
        .positional('file', {
          type: 'string',
          demandOption: true,
          describe: 'agent, env (or model, dataset), set, over, seeds, search',
        })
        .option('workers', {
          type: 'number',
          alias: 'jobs',
          describe: "runs at a time (default: the cores shared out by the runs' threads)",
        })
        .option('out', { type: 'string', describe: 'its folder (default sweeps/<file>)' })
        .option('dry-run', { type: 'boolean', default: false, describe: 'check everything and list the runs' })
        .option('json', { type: 'boolean', default: false, describe: 'print the runs and their comparison as JSON' })
        .example('ringside sweep examples/sweep.yaml --dry-run', 'what it would run')
        .example('ringside sweep examples/sweep.yaml --workers 2', 'run it; the same line goes on with it'),
    load: () => import('./sweep.ts'),
  },
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
