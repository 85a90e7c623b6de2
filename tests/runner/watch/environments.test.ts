import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeState } from '../../../core/state.ts'
import { envSpecs } from '../../../envs/index.ts'
import type { FrameMessage, Hello, ServerMessage } from '../../../render/viewer/protocol.ts'
import { openPlay, openWatch, type WatchServer } from '../../../runner/watch/index.ts'

const files = new Map([['/', { type: 'text/html', bytes: Buffer.from('') }]])

/** Holds the first key until a step is made; gives what was said by then. */
async function meet(server: WatchServer): Promise<{ hello: Hello; frame: FrameMessage }> {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}live`)
  try {
    return await new Promise((resolve, reject) => {
      let hello: Hello | undefined
      const timer = setTimeout(() => reject(new Error('no step was made')), 5000)
      socket.on('error', reject)
      socket.on('message', (data: Buffer) => {
        const message = decodeState(data) as unknown as ServerMessage
        if (message.kind === 'refused') reject(new Error(message.why))
        if (message.kind === 'hello') {
          hello = message
          socket.send(JSON.stringify({ kind: 'keys', held: Object.keys(message.keys).slice(0, 1) }))
        }
        if (message.kind === 'frame' && (message.step > 0 || message.episode > 1)) {
          clearTimeout(timer)
          resolve({ hello: hello!, frame: message })
        }
      })
    })
  } finally {
    socket.close()
    await server.close()
  }
}

describe('the page', () => {
  it.each(envSpecs().map(({ id }) => id))('plays %s', async (id) => {
    const { hello, frame } = await meet(await openPlay(id, { files }))
    expect(hello.env).toBe(id)
    expect(frame.scene.items.length).toBeGreaterThan(0)
    expect(frame.observation.length).toBeGreaterThan(0)
  })

  it.each([
    ['q-learning', 'FrozenLake-v1', ['q']],
    ['random', 'Acrobot-v1', []],
    ['dueling-dqn', 'CartPole-v1', ['q', 'value', 'advantage']],
    ['c51', 'CartPole-v1', ['q', 'distribution', 'support']],
    ['iqn', 'CartPole-v1', ['q', 'distribution']],
    ['drqn', 'TMaze-v0', ['q']],
    ['ppo', 'CartPole-v1', ['value', 'policy']],
    ['ppo', 'Pendulum-v1', ['value']],
  ])('shows what %s thinks in %s', async (agent, env, told) => {
    const { frame } = await meet(await openWatch({ agent, env, files }))
    const parts = ['q', 'value', 'advantage', 'policy', 'distribution', 'support'] as const
    expect(parts.filter((part) => frame[part] !== null)).toEqual(parts.filter((part) => told.includes(part)))
    expect(frame.action).not.toBeNull()
  })
})
