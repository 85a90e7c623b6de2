import { connect, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { make } from '../../../envs/index.ts'
import { createMessageReader, encodeMessage, type Message } from '../../../runner/serve/message.ts'
import { openEnvServer, type EnvServer } from '../../../runner/serve/server.ts'

let server: EnvServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

interface Client {
  readonly socket: Socket
  ask(operation: string, request?: Message): Promise<Message>
}

async function clientOf({ address }: EnvServer): Promise<Client> {
  const [host, port] = address.split(':') as [string, string]
  const socket = connect(Number(port), host)
  const read = createMessageReader()
  const waiting: ((message: Message) => void)[] = []
  socket.on('data', (chunk) => read(chunk).forEach((message) => waiting.shift()?.(message)))
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return {
    socket,
    ask: (operation, request = {}) => {
      socket.write(encodeMessage({ operation, ...request }))
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
}

test('each client plays an environment of its own, as it plays here', async () => {
  server = await openEnvServer({ id: 'MinAtar/Breakout-v1' })
  const [one, other] = [await clientOf(server), await clientOf(server)]
  const made = await one.ask('make')
  expect(made).toMatchObject({
    protocol: 1,
    name: '<OrderEnforcing<PassiveChecker<MinAtar/Breakout-v1>>>',
    observationSpace: { kind: 'box', shape: [4, 10, 10], dtype: 'uint8' },
    actionSpace: { kind: 'discrete', n: 3 },
  })
  await other.ask('make')
  const here = await make('MinAtar/Breakout-v1')
  expect((await one.ask('reset', { seed: 5 }))['observation']).toEqual(here.reset({ seed: 5 }).observation)
  await other.ask('reset', { seed: 6 })
  for (let i = 0; i < 60; i++) {
    // Asked at once: answers come in the order of the questions.
    const [told] = await Promise.all([one.ask('step', { action: i % 3 }), other.ask('step', { action: 0 })])
    const { observation, reward, terminated, truncated } = here.step(i % 3)
    expect(told).toMatchObject({ observation, reward, terminated, truncated })
    if (!terminated) continue
    expect((await one.ask('reset'))['observation']).toEqual(here.reset().observation)
  }
  const { frame } = await one.ask('render', { width: 110 })
  expect((frame as Uint8Array).length % (110 * 3)).toBe(0)
  expect(new Set(frame as Uint8Array).size).toBeGreaterThan(3)
})

test('keyword arguments, nested spaces and masks cross over', async () => {
  server = await openEnvServer({ id: 'FrozenLake-v1' })
  const client = await clientOf(server)
  await client.ask('make', { kwargs: { isSlippery: false } })
  await client.ask('reset', { seed: 1 })
  expect(await client.ask('step', { action: 2 })).toMatchObject({ observation: 1, reward: 0, info: { prob: 1 } })
  await server.close()
  server = await openEnvServer({ id: 'Taxi-v4' })
  const taxi = await clientOf(server)
  await taxi.ask('make')
  const { info } = await taxi.ask('reset', { seed: 1 })
  expect((info as { actionMask: unknown }).actionMask).toBeInstanceOf(Uint8Array)
  await server.close()
  server = await openEnvServer({ id: 'Pendulum-v1' })
  const pendulum = await clientOf(server)
  await pendulum.ask('make')
  await pendulum.ask('reset', { seed: 1 })
  // Its actions are float32: float64, as NumPy has them, will do.
  expect(await pendulum.ask('step', { action: Float64Array.of(0.5) })).toHaveProperty('reward')
  expect(await pendulum.ask('step', { action: [0.5] })).toHaveProperty('reward')
})

test('mistakes are answered in words, and the next request is heard', async () => {
  server = await openEnvServer({ id: 'CartPole-v1' })
  const client = await clientOf(server)
  expect(await client.ask('step', { action: 0 })).toEqual({ error: 'the first request is "make"', kind: 'usage' })
  expect(await client.ask('make', { kwargs: { gravitas: 9 } })).toMatchObject({ kind: 'usage' })
  await client.ask('make')
  expect((await client.ask('step', { action: 0 }))['error']).toMatch(/before the first reset/)
  await client.ask('reset')
  expect((await client.ask('step', { action: 5 }))['error']).toMatch(/expected one of Discrete\(2\)/)
  expect((await client.ask('step', {}))['error']).toMatch(/expected one of Discrete\(2\)/)
  expect((await client.ask('constructor'))['error']).toMatch(/unknown operation "constructor"; expected make, reset/)
  expect(await client.ask('step', { action: 1 })).toHaveProperty('observation')
})

test('who speaks something else is sent away; the others stay', async () => {
  const notes: string[] = []
  server = await openEnvServer({ id: 'CartPole-v1', note: (line) => notes.push(line) })
  const [good, bad] = [await clientOf(server), await clientOf(server)]
  await good.ask('make')
  const ended = new Promise((resolve) => bad.socket.once('close', resolve))
  bad.socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
  await ended
  await vi.waitFor(() => expect(notes.join()).toMatch(/sent away: a message of \d+ bytes/))
  expect(await good.ask('reset', { seed: 1 })).toHaveProperty('observation')
})

test('a server tells when its last client has gone, or none came', async () => {
  server = await openEnvServer({ id: 'CartPole-v1' })
  await server.deserted(0.05)
  const [one, two] = [await clientOf(server), await clientOf(server)]
  let isDeserted = false
  const deserted = server.deserted(0.01).then(() => (isDeserted = true))
  await one.ask('make')
  one.socket.destroy()
  await two.ask('make')
  expect(isDeserted).toBe(false)
  two.socket.destroy()
  await deserted
  await expect(openEnvServer({ id: 'CartPole-v1', port: Number(server.address.split(':')[1]) })).rejects.toThrow(
    /cannot be served on 127.0.0.1:\d+: .*EADDRINUSE/,
  )
})
