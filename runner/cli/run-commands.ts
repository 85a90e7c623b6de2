import { engineOptions, pageOptions, checkpointOption, type Command } from './command.ts'

/** What makes runs, and what shows them. */
export const runCommands: readonly Command[] = [
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
        .option('queue', {
          type: 'string',
          describe: 'redis://host:port: machines that share the folder take its runs from there',
        })
        .option('join', {
          type: 'boolean',
          default: false,
          describe: 'with --queue: work for a sweep that is led elsewhere',
        })
        .option('dry-run', { type: 'boolean', default: false, describe: 'check everything and list the runs' })
        .option('json', { type: 'boolean', default: false, describe: 'print the runs and their comparison as JSON' })
        .example('ringside sweep examples/sweep.yaml --dry-run', 'what it would run')
        .example('ringside sweep examples/sweep.yaml --workers 2', 'run it; the same line goes on with it')
        .example('ringside sweep examples/sweep.yaml --queue redis://head:6379 --join', 'on another machine'),
    load: () => import('./sweep.ts'),
  },
]
