import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { RingsideError, messageOf } from '../../core/errors.ts'
import { copyState, decodeState, encodeState, type Segment, type StateTree } from '../../core/state.ts'
import type { ExperimentState } from './experiment.ts'
import { flushFolder, makeFolder, writeFileInBackground } from './files.ts'
import { openSegmentStore } from './segment-store.ts'
import { sha256, sha256InBackground } from './sha256.ts'

/**
 * `checkpoints/<step>/`: `policy.bin` (the agent without its replay: enough to act), `training.bin` (all the rest of the
 * run) and `manifest.json` (SHA-256 of both, the replay segments they need). A checkpoint appears by one rename, so a
 * cut at any moment leaves it whole or absent. It is written from copies while training goes on.
 */
export interface Checkpoints {
  /** Steps of the kept checkpoints, ascending; with `resumable`, only those that hold the whole training state. */
  steps(options?: { resumable?: boolean }): number[]
  /** The kept checkpoint that the evaluations chose, as the newest checkpoint knows it; undefined before the first evaluation. */
  bestStep(): number | undefined
  /**
   * Copies the state at once and writes it beside what goes on; a checkpoint that is not written yet is waited for first.
   * `bestStep`: the step of the best evaluation so far, this one included; its policy stays kept.
   */
  save(step: number, state: ExperimentState, bestStep: number | undefined): Promise<void>
  /**
   * Writes what has stayed as it was since the last call: full chunks of a replay, so that the next checkpoint finds little
   * that is new.
   */
  writeAhead(segments: Iterable<Segment>): void
  /** All that was begun is on the disk. Throws what went wrong with it. */
  settle(): Promise<void>
  /** Throws what went wrong so far with what is being written. */
  check(): void
  /** Throws when a file is missing or its hash is not the manifest's. */
  readPolicy(step: number): StateTree
  readAll(step: number): ExperimentState
  /** The newest checkpoint that reads well; `warn` is told of every damaged one that was passed over. */
  readNewest(warn: (text: string) => void): { step: number; state: ExperimentState }
  /** Deletes checkpoints beyond `step`: a run that resumes from there makes them again. */
  discardAfter(step: number): void
}

interface Manifest {
  readonly format: 'ringside-checkpoint'
  readonly formatVersion: 1
  readonly step: number
  readonly bestStep: number | null
  readonly files: Readonly<Record<string, string>>
  readonly segments: readonly string[]
}

/** Bytes from which a segment is worth writing before its checkpoint, and how many may wait for the disk. */
const leastAhead = 1 << 20
const mostWaiting = 32

const policyFile = 'policy.bin'
const trainingFile = 'training.bin'

export function openCheckpoints(runFolder: string, keep: number): Checkpoints {
  const folder = join(runFolder, 'checkpoints')
  const store = openSegmentStore(join(runFolder, 'replay'))
  const pathOf = (step: number) => join(folder, String(step))

  const manifestOf = (step: number): Manifest => {
    const path = join(pathOf(step), 'manifest.json')
    let manifest: Manifest
    try {
      manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
    } catch (error) {
      throw new RingsideError(`The checkpoint manifest "${path}" cannot be read: ${messageOf(error)}`)
    }
    if (manifest.format !== 'ringside-checkpoint' || manifest.formatVersion !== 1) {
      throw new RingsideError(`"${path}" is not a checkpoint manifest of format version 1.`)
    }
    return manifest
  }

  const readVerified = (step: number, name: string): Uint8Array => {
    const path = join(pathOf(step), name)
    const expected = manifestOf(step).files[name]
    if (expected === undefined || !existsSync(path))
      throw new RingsideError(`The checkpoint file "${path}" is missing.`)
    const bytes = readFileSync(path)
    if (sha256(bytes) !== expected)
      throw new RingsideError(`The checkpoint file "${path}" is damaged: its SHA-256 is not the manifest's.`)
    return bytes
  }

  const steps = ({ resumable = false } = {}): number[] => {
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name) && (!resumable || existsSync(join(folder, name, trainingFile))))
      .map(Number)
      .sort((a, b) => a - b)
  }

  const bestStep = (): number | undefined => {
    const newest = steps().at(-1)
    return newest === undefined ? undefined : (manifestOf(newest).bestStep ?? undefined)
  }

  /** Keeps the newest `keep` whole, the policies that they call the best, and the replay segments that they need. */
  const prune = (): void => {
    const whole = steps({ resumable: true }).slice(-keep).map(manifestOf)
    const best = new Set(whole.map((manifest) => manifest.bestStep))
    for (const step of steps()) {
      if (whole.some((manifest) => manifest.step === step)) continue
      if (best.has(step)) rmSync(join(pathOf(step), trainingFile), { force: true })
      else rmSync(pathOf(step), { recursive: true, force: true })
    }
    store.prune(new Set(whole.flatMap((manifest) => manifest.segments)))
  }

  // What is written in the background is written one after another, so that nothing is pruned in the middle of it.
  let queue = Promise.resolve()
  let saving = queue
  let failure: { error: unknown } | undefined
  /** Versions of large segments at the last `writeAhead`, and copies of them in the queue. */
  const seen = new Map<string, number>()
  let waiting = 0

  /** Of the checkpoint before: it is on the disk when the next one begins. */
  let policyBytes: Uint8Array<ArrayBuffer> | undefined

  const check = (): void => {
    if (failure !== undefined) throw failure.error
  }
  const settle = async (): Promise<void> => {
    await queue
    check()
  }
  const enqueue = (task: () => Promise<void>): Promise<void> =>
    (queue = queue.then(async () => {
      if (failure !== undefined) return
      try {
        await task()
      } catch (error) {
        failure = { error }
      }
    }))

  const write = async (
    step: number,
    policy: Uint8Array<ArrayBuffer>,
    training: Uint8Array<ArrayBuffer>,
    bestStep: number | undefined,
  ): Promise<void> => {
    const temporary = join(folder, `.saving-${step}`)
    rmSync(temporary, { recursive: true, force: true })
    makeFolder(temporary)
    const manifest: Manifest = {
      format: 'ringside-checkpoint',
      formatVersion: 1,
      step,
      bestStep: bestStep ?? null,
      files: { [policyFile]: await sha256InBackground(policy), [trainingFile]: await sha256InBackground(training) },
      segments: [...new Set(store.takeReferences())],
    }
    await writeFileInBackground(join(temporary, policyFile), policy)
    await writeFileInBackground(join(temporary, trainingFile), training)
    const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)
    await writeFileInBackground(join(temporary, 'manifest.json'), text)
    flushFolder(temporary)
    // A checkpoint of this step can be there already, from before a resume that began further back.
    rmSync(pathOf(step), { recursive: true, force: true })
    renameSync(temporary, pathOf(step))
    flushFolder(folder)
  }

  return {
    steps,
    bestStep,
    async save(step, state, bestStep) {
      await saving
      check()
      policyBytes = encodeState(state.policy, undefined, policyBytes)
      const policy = policyBytes
      const fresh: Segment[] = []
      const training = copyState(state.training, (segment) => {
        const taken = store.take(segment)
        if (taken !== undefined) fresh.push(taken)
        return taken ?? segment
      })
      saving = enqueue(async () => {
        for (const segment of fresh) await store.write(segment)
        await write(step, policy, encodeState(training, store), bestStep)
        prune()
      })
    },
    writeAhead(segments) {
      for (const segment of segments) {
        if (segment.array.byteLength < leastAhead) continue
        const stood = seen.get(segment.id) === segment.version
        seen.set(segment.id, segment.version)
        const taken = stood && waiting < mostWaiting ? store.take(segment) : undefined
        if (taken === undefined) continue
        waiting++
        void enqueue(async () => {
          await store.write(taken)
          waiting--
        })
      }
    },
    settle,
    check,
    readPolicy: (step) => decodeState(readVerified(step, policyFile)),
    readAll: (step) => ({
      policy: decodeState(readVerified(step, policyFile)),
      training: decodeState(readVerified(step, trainingFile), store),
    }),
    readNewest(warn) {
      let newestFault = ''
      for (const step of steps({ resumable: true }).reverse()) {
        try {
          return { step, state: this.readAll(step) }
        } catch (error) {
          newestFault ||= ` The newest, of step ${step}: ${messageOf(error)}`
          warn(`The checkpoint of step ${step} is passed over: ${messageOf(error)}`)
        }
      }
      throw new RingsideError(
        `"${folder}" holds no checkpoint that can be read, so there is nothing to resume from.${newestFault}`,
      )
    },
    discardAfter(step) {
      for (const later of steps()) if (later > step) rmSync(pathOf(later), { recursive: true, force: true })
    },
  }
}
