import { expect, test } from 'vitest'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import { createDqn } from '../../../agents/dqn/dqn.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { makeVector } from '../../../envs/index.ts'
import { createAgentExperiment } from '../../../runner/run/agent-experiment.ts'
import { createTimings } from '../../../runner/run/trackers.ts'
import { pixelGame } from '../../envs/pixel-game.ts'

test.each(['blank', 'wait'] as const)(
  'trains on stacks of bytes that φ made, as a spec names it (%s)',
  async (padding) => {
    const kwargs = { skip: 1, height: 36, width: 36, episodicLife: true, fireReset: true, padding }
    const spec = { id: pixelGame, wrappers: [{ name: 'AtariPreprocessing', kwargs }] }
    const env = await makeVector(spec, { lanes: 2 })
    const { observationSpace, actionSpace } = env
    const notes: string[] = []
    const agent = createDqn(
      {
        ...{ observationSpace, actionSpace, lanes: 2, steps: 1000, rng: createRng(1) },
        engine: await openEngine({ engine: 'onnx' }),
        note: (line) => notes.push(line),
      },
      dqnConfig.parse({ learningStarts: 100, trainEvery: 4, batchSize: 8, replayCapacity: 200, rewardClip: 'sign' }),
    )
    const experiment = createAgentExperiment({ agent, env, rng: createRng(2), seed: 3, timings: createTimings() })
    const ends: number[] = []
    experiment.advance({ untilStep: 160, deadline: Infinity }, { episode: ({ length }) => void ends.push(length) })
    // Two stacks of four pictures a transition, if each were kept whole.
    const whole = (200 * 2 * 4 * 36 * 36) / 1e6
    const megabytes = Number(/^replay: 200 transitions, ([\d.]+) MB when full$/.exec(notes.join())?.[1])
    expect(megabytes).toBeLessThan(whole / 4)
    const { loss, replaySize, updates } = experiment.metrics()
    expect(loss).toBeGreaterThanOrEqual(0)
    expect(updates).toBe(16)
    if (padding === 'blank') expect(replaySize).toBe(160)
    else {
      // Of every episode all but the three steps before its fourth frame; the two that run have begun at most that many.
      const ofEnded = ends.reduce((sum, length) => sum + Math.max(0, length - 3), 0)
      const running = 160 - ends.reduce((sum, length) => sum + length, 0)
      expect(ends.length).toBeGreaterThan(10)
      expect(replaySize).toBeGreaterThanOrEqual(ofEnded)
      expect(replaySize).toBeLessThanOrEqual(ofEnded + running)
      expect(replaySize).toBeLessThan(130)
    }
    experiment.close()
    agent.dispose!()
  },
)
