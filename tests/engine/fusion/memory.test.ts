import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createBlocks } from '../../../engine/fusion/blocks.ts'
import { createStateMemory } from '../../../engine/fusion/memory.ts'
import { openEngine, tf, type Engine } from '../../../engine/index.ts'

afterEach(() => tf.disposeVariables())

test('blocks never overlap, free neighbours join, and nothing is left when all are free', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 60 }), (steps) => {
      const blocks = createBlocks(16)
      const held: { address: number; bytes: number }[] = []
      for (const [take, n] of steps) {
        if (take || held.length === 0) {
          const bytes = 16 * (n + 1)
          const address = blocks.reuse(bytes) ?? blocks.append(bytes)
          for (const other of held)
            expect(address + bytes <= other.address || other.address + other.bytes <= address).toBe(true)
          held.push({ address, bytes })
        } else {
          const [{ address, bytes }] = held.splice(n % held.length, 1) as [{ address: number; bytes: number }]
          blocks.free(address, bytes)
        }
        blocks.checkValid()
        expect(blocks.taken).toBe(held.reduce((sum, { bytes }) => sum + bytes, 0))
      }
      for (const { address, bytes } of held) blocks.free(address, bytes)
      blocks.checkValid()
      expect([blocks.taken, blocks.top]).toEqual([0, 16])
    }),
  )
})

describe('the memory of the state', () => {
  test('what disposed variables had is used again, in other sizes too, and an empty memory is small', () => {
    const memory = createStateMemory()
    const settled = (length: number): tf.Variable => {
      const variable = tf.variable(tf.fill([length], 7))
      expect(memory.settle(variable)[length - 1]).toBe(7)
      return variable
    }
    const variables = [1e5, 2e5, 3e5].map(settled)
    const { byteLength } = memory.memory.buffer
    variables[1]!.dispose()
    variables[2]!.dispose()
    const larger = settled(5e5)
    expect(memory.memory.buffer.byteLength).toBe(byteLength)
    larger.dispose()
    variables[0]!.dispose()
    memory.free(memory.allocate(4), 4)
    expect(memory.memory.buffer.byteLength).toBe(1 << 16)
  })

  test('an allocation is zero, whoever had the place before', () => {
    const memory = createStateMemory()
    const kept = memory.allocate(4)
    const first = memory.allocate(8)
    memory.view(first, 8).fill(3)
    memory.free(first, 8)
    expect([...memory.view(memory.allocate(4), 4)]).toEqual([0, 0, 0, 0])
    expect(kept).toBeLessThan(first)
  })

  /** A variable in the engine's memory after one call that adds 1. */
  const moved = (engine: Engine, values: number[]): { variable: tf.Variable; step: () => unknown } => {
    const variable = tf.variable(tf.tensor1d(values))
    const step = engine.compile(() => (variable.assign(tf.add(variable, 1)), {}), { state: { variable }, inputs: {} })
    step()
    return { variable, step }
  }

  test('a clone keeps its values when its variable is disposed and the place taken by another', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const { variable } = moved(engine, [1, 2, 3, 4])
    const clone = tf.clone(variable)
    variable.dispose()
    const others = Array.from({ length: 5 }, () => moved(engine, [50, 60, 70, 80]))
    moved(engine, new Array<number>(1e5).fill(9))
    expect([...clone.dataSync()]).toEqual([2, 3, 4, 5])
    expect([...engine.read(others[4]!.variable)]).toEqual([51, 61, 71, 81])
    clone.dispose()
  })

  test('a clone keeps its values when its variable is assigned and runs on', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const { variable, step } = moved(engine, [1, 2])
    const clone = tf.clone(variable)
    const fresh = tf.tensor1d([10, 20])
    variable.assign(fresh)
    fresh.dispose()
    step()
    expect([...clone.dataSync()]).toEqual([2, 3])
    expect([...engine.read(variable)]).toEqual([11, 21])
    clone.dispose()
  })
})
