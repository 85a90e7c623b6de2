import type { Argv } from 'yargs'

/** A command: its line and options are known at once, its code is loaded when it is called. */
export interface Command {
  readonly command: string
  readonly describe: string
  build(options: Argv): Argv
  load(): Promise<{ run(args: Readonly<Record<string, unknown>>): Promise<void> }>
}

/** Of commands that compute. */
export const engineOptions = (options: Argv): Argv =>
  options
    .option('engine', { type: 'string', describe: 'auto, onnx, tensorflow, wasm or cpu' })
    .option('device', { type: 'string', describe: 'where the engine computes: cpu, cuda, …' })
    .option('threads', { type: 'number', describe: 'threads of the engine' })

/** Of commands that serve a page. */
export const pageOptions = (options: Argv): Argv =>
  options
    .option('host', { type: 'string', describe: 'listen here instead of on this machine alone (127.0.0.1)' })
    .option('port', { type: 'number', describe: 'of the page (default: one that is free)' })
    .option('json', { type: 'boolean', default: false, describe: 'print the address as JSON' })

/** Of commands that take one of a run's checkpoints. */
export const checkpointOption = (options: Argv): Argv =>
  options.option('checkpoint', {
    type: 'string',
    default: 'best',
    describe: 'best, last, or the step of a kept checkpoint',
  })
