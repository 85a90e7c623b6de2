import { SingleBar } from 'cli-progress'
import { unknownName, usageError } from '../../core/errors.ts'
import { isModulePath } from '../../core/load-path.ts'
import { agents } from '../../agents/registry.ts'
import { datasets } from '../../generative/datasets/registry.ts'
import { models } from '../../generative/registry.ts'
import { resolveConfig } from '../run/config.ts'
import { configNames } from '../run/config-layers.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { resolveModelConfig, type ModelConfigRequest } from '../run/model-config.ts'
import { resumeRun, startRun } from '../run/session.ts'
import type { AnyRunConfig, AnySummary, ConfigRequest, ModelProgress, ProgressEvent, Run } from '../run/types.ts'
import { dataBar } from './data-bar.ts'
import { openPage } from './page-process.ts'
import { settingsLines } from './settings-lines.ts'
import { slowWord } from './slow-word.ts'
import { reportOf, shown, titleOf } from './train-report.ts'
import { scoreText } from '../report/score-text.ts'

interface TrainArgs {
  readonly model?: string
  readonly dataset?: string
  readonly epochs?: number
  readonly agent?: string
  readonly env?: string
  readonly set?: string[]
  readonly steps?: number
  readonly seed?: number
  readonly lanes?: number
  readonly initFrom?: string
  readonly engine?: string
  readonly device?: string
  readonly threads?: number
  readonly config?: string
  readonly out?: string
  readonly force: boolean
  readonly resume?: string
  readonly watch: boolean
  readonly quiet: boolean
  readonly json: boolean
}

/** What a run has decided that is taken up again. */
const decided = [
  ...(['agent', 'env', 'model', 'dataset', 'epochs', 'set', 'seed', 'lanes', 'config', 'out', 'initFrom'] as const),
  ...(['engine', 'device', 'threads'] as const),
]
const names: Partial<Record<(typeof decided)[number], string>> = {
  agent: 'the agent or model',
  env: 'the environment or dataset',
  initFrom: '--init-from',
}

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const asked = args as unknown as TrainArgs
  const { out, force, resume, watch, quiet, json } = asked
  const bar = quiet || json ? {} : { progress: dataBar() }
  let training: Run<AnyRunConfig>
  if (resume === undefined) {
    const where = { force, live: watch, ...bar, ...(out !== undefined && { out }) }
    training = namesModel(asked)
      ? await startRun({ config: await resolveModelConfig(modelRequest(asked)), ...where })
      : await startRun<AnyRunConfig>({ config: await resolveConfig(agentRequest(asked)), ...where })
  } else {
    const { steps } = asked
    const given = decided.filter((name) => asked[name] !== undefined).map((name) => names[name] ?? `--${name}`)
    if (given.length > 0)
      throw usageError(
        '--resume goes on with a run as it is; it takes --steps for a larger budget and nothing else that changes the run: ' +
          `leave out ${given.join(', ')}.`,
      )
    training = await resumeRun({ folder: resume, live: watch, ...bar, ...(steps !== undefined && { steps }) })
  }
  const page = watch ? await openPage(training.folder) : undefined
  let summary: AnySummary
  try {
    if (page !== undefined) (json ? process.stderr : process.stdout).write(`Watch it learn: ${page.address}\n`)
    summary = await follow(training, quiet || json)
  } finally {
    page?.close()
  }
  if (json) process.stdout.write(`${JSON.stringify({ run: training.folder, ...summary })}\n`)
  else process.stdout.write(`${reportOf(training, summary).join('\n')}\n`)
  if (summary.status === 'stopped') process.exitCode = 1
}

/** The first name is an agent's or a model's; a config file says it by its keys. */
function namesModel({ agent, env, model, dataset, config }: TrainArgs): boolean {
  if (model !== undefined || dataset !== undefined) return true
  if (agent !== undefined) {
    if (models.find(agent) !== undefined) return true
    const onData = env !== undefined && (datasets.find(env) !== undefined || env.startsWith('env:'))
    if (isModulePath(agent)) return onData
    if (agents.find(agent) !== undefined) {
      if (onData)
        throw usageError(
          `"${env}" is a dataset, from which models learn (${models.names().join(', ')}); the agent ${agent} wants an environment ("ringside list envs").`,
        )
      return false
    }
    throw unknownName('agent or model', agent, [...agents.names(), ...models.names()])
  }
  return config !== undefined && configNames(config, 'model')
}

function agentRequest({ agent, env, set, config, ...flags }: TrainArgs): ConfigRequest {
  const { steps, seed, lanes, initFrom, engine, device, threads } = flags
  return {
    ...(agent !== undefined && { agent }),
    ...(env !== undefined && { env }),
    ...(config !== undefined && { file: config }),
    ...(set !== undefined && { sets: set }),
    flags: { steps, seed, lanes, initFrom, engine, device, threads },
  }
}

function modelRequest(args: TrainArgs): ModelConfigRequest {
  const { model = args.agent, dataset = args.env, set, config, lanes, initFrom, ...flags } = args
  if (lanes !== undefined || initFrom !== undefined)
    throw usageError(
      `--${lanes !== undefined ? 'lanes' : 'init-from'} is for agents; a model learns from batches of pictures.`,
    )
  const { steps, epochs, seed, engine, device, threads } = flags
  return {
    ...(model !== undefined && { model }),
    ...(dataset !== undefined && { dataset }),
    ...(config !== undefined && { file: config }),
    ...(set !== undefined && { sets: set }),
    flags: { steps, epochs, seed, engine, device, threads },
  }
}

/** Milliseconds after which a rate can be believed. */
const settled = 5000

/** Runs it to its end with a progress bar. Ctrl-C saves and stops; a second one leaves at once. */
async function follow(training: Run<AnyRunConfig>, quiet: boolean): Promise<AnySummary> {
  const say = (line: string): void => void (quiet || process.stdout.write(`${line}\n`))
  for (const note of training.notes) say(note)
  const { config, startStep } = training
  const { steps, seed } = config
  const from = startStep > 0 ? ` from step ${startStep.toLocaleString('en')}` : ''
  say(`${titleOf(config)}: ${steps.toLocaleString('en')} steps${from}, seed ${seed} → ${shown(training.folder)}`)
  // A run that goes on has said them.
  const width = Math.min(110, process.stdout.columns ?? 110) - 2
  if (startStep === 0) for (const line of settingsLines(config, width)) say(dim(`  ${line}`))

  const bar = quiet ? undefined : createBar(isModelConfig(config))
  const interrupt = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    say('\nSaving…')
    training.stop()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const events = training.events()
  const began = performance.now()
  let warned = false
  try {
    for (;;) {
      const { value: event, done } = await events.next()
      if (done === true) return event
      if (event.kind === 'progress') {
        bar?.update(event)
        const isDue: boolean = !warned && event.step > startStep && performance.now() - began >= settled
        const word = isDue && isModelConfig(config) ? slowWord(config, event) : undefined
        if (word !== undefined) say(word)
        warned ||= isDue
      }
      if (event.kind === 'note') say(event.text)
      if (event.kind === 'phase') {
        bar?.stop()
        if (event.phase === 'scoring') say('Scoring the final and the best agent…')
      }
    }
  } finally {
    bar?.stop()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/** Fainter, where a terminal can. */
function dim(text: string): string {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? `\x1b[2m${text}\x1b[22m` : text
}

interface Bar {
  update(event: ProgressEvent): void
  stop(): void
}

function createBar(ofModel: boolean): Bar {
  const isTty = process.stdout.isTTY
  const bar = new SingleBar({
    format: `{bar} {percentage}% | {value}/{total} steps | {rate} ${ofModel ? 'images/s | epoch {epoch} | losses {losses}' : 'steps/s | return {return} | ε {epsilon}'} | ETA {left}{scores}`,
    stream: process.stdout,
    hideCursor: isTty,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: false,
    noTTYOutput: true,
    // In a pipe every drawing is a line of its own.
    notTTYSchedule: 3000,
    fps: 10,
    gracefulExit: false,
  })
  let started = false
  return {
    update({ step, steps, stepsPerSecond, meanReturn, epsilon, etaSeconds, model }) {
      const loss = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2))
      const payload = {
        rate: Math.round(model?.imagesPerSecond ?? stepsPerSecond).toLocaleString('en'),
        return: meanReturn === undefined ? '–' : scoreText(meanReturn),
        epsilon: epsilon === undefined ? '–' : epsilon.toFixed(2),
        epoch: model?.epoch.toFixed(1) ?? '',
        losses: `${loss(model?.discriminatorLoss)} / ${loss(model?.generatorLoss)}`,
        left: duration(etaSeconds),
        scores: model?.realScore === undefined ? '' : ` | ${scores(model)}`,
      }
      if (!started) bar.start(steps, step, payload)
      else bar.update(step, payload)
      started = true
    },
    stop() {
      if (started) bar.stop()
      started = false
    },
  }
}

/** Of the discriminator: what it thinks of real pictures, and of made ones before and after its step. */
function scores({ realScore, fakeScoreBefore, fakeScoreAfter }: ModelProgress): string {
  const told = (value: number | undefined): string => value?.toFixed(2) ?? '–'
  return `D(x) ${told(realScore)}, D(G(z)) ${told(fakeScoreBefore)} → ${told(fakeScoreAfter)}`
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const s = Math.round(seconds)
  return s < 60
    ? `${s}s`
    : s < 3600
      ? `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`
      : `${Math.floor(s / 3600)}h${Math.floor((s % 3600) / 60)}m`
}
