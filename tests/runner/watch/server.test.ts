import { connect } from 'node:net'
import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeState } from '../../../core/state.ts'
import type { PageMessage, ServerMessage } from '../../../render/viewer/protocol.ts'
import { openPlay, type WatchServer } from '../../../runner/watch/index.ts'

const page = new Map([['/', { type: 'text/html', bytes: Buffer.from('<!doctype html>') }]])
let server: WatchServer

beforeAll(async () => {
  server = await openPlay('CartPole-v1', { files: page })
})
afterAll(() => server.close())

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!))
    })
    asked.on('error', reject).end()
  })
}

/** What a page hears; `until` waits for a message. */
function open(path = `/${server.token}/live`, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
  const heard: ServerMessage[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    heard.push(decodeState(data) as unknown as ServerMessage)
    for (const look of waiting) look()
  })
  const until = <K extends ServerMessage['kind']>(
    kind: K,
    holds: (message: ServerMessage & { kind: K }) => boolean = () => true,
  ): Promise<ServerMessage & { kind: K }> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${kind} came`)), 5000)
      const look = (): void => {
        const found = heard.find((m): m is ServerMessage & { kind: K } => m.kind === kind && holds(m as never))
        if (found === undefined) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code))
    socket.on('error', () => {})
  })
  const send = (message: PageMessage): void => socket.send(JSON.stringify(message))
  return { socket, heard, until, closed, send }
}

describe('the server of the page', () => {
  it('gives what is its own, with its token, and nothing else', async () => {
    const { token } = server
    expect(await get(`/${token}/`)).toBe(200)
    expect(await get(`/${token}/`, {}, 'HEAD')).toBe(200)
    expect(await get('/')).toBe(403)
    expect(await get(`/${'0'.repeat(token.length)}/`)).toBe(403)
    expect(await get(`/${token}`)).toBe(404)
    expect(await get(`/${token}/`, {}, 'POST')).toBe(405)
    for (const path of [
      '../package.json',
      '..%2f..%2fpackage.json',
      'etc/passwd',
      '//etc/passwd',
      '%00',
      'index.html/..',
    ])
      expect(await get(`/${token}/${path}`), path).toBe(404)
  })

  it('refuses foreign origins and hosts, over HTTP and the socket', async () => {
    const path = `/${server.token}/`
    const own = `127.0.0.1:${server.port}`
    expect(await get(path, { host: `evil.example:${server.port}` })).toBe(403)
    expect(await get(path, { host: '127.0.0.1:1' })).toBe(403)
    expect(await get(path, { origin: 'http://evil.example' })).toBe(403)
    expect(await get(path, { origin: 'null' })).toBe(403)
    expect(await get(path, { origin: `http://${own}` })).toBe(200)
    for (const [at, headers] of [
      ['/live', {}],
      [`${path}live`, { Origin: 'http://evil.example' }],
      [`${path}live`, { Host: `evil.example:${server.port}` }],
      [`${path}other`, {}],
    ] as const) {
      const { closed, heard } = open(at, headers)
      expect(await closed).toBe(1006)
      expect(heard).toEqual([])
    }
  })

  it('forbids the page to load from elsewhere or to be framed', async () => {
    const headers = await fetch(server.address).then((response) => response.headers)
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|http:|\*/)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('survives whatever is sent to it', async () => {
    const messages = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array({ maxLength: 200 }),
      fc.record({
        kind: fc.constantFrom('pause', 'step', 'speed', 'seed', 'episode', 'keys', 'toString', '__proto__'),
        on: fc.anything(),
        speed: fc.oneof(fc.double(), fc.constant(0.5)),
        seed: fc.oneof(fc.double(), fc.integer()),
        number: fc.oneof(fc.double(), fc.integer()),
        held: fc.array(fc.string()),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(messages, { maxLength: 40 }), async (all) => {
        const { socket, until, closed } = open()
        await until('hello')
        for (const each of all)
          socket.send(each instanceof Uint8Array || typeof each === 'string' ? each : JSON.stringify(each))
        socket.close()
        await closed
      }),
      { numRuns: 25 },
    )
    const { socket, until, closed } = open()
    await until('frame')
    socket.send('x'.repeat(5000))
    expect(await closed).toBe(1009)
    const raw = connect(server.port, '127.0.0.1')
    raw.write('\x00\xff not http at all\r\n\r\n')
    await new Promise((resolve) =>
      raw
        .on('close', resolve)
        .on('error', () => {})
        .resume(),
    )
    expect(await get(`/${server.token}/`)).toBe(200)
  })

  it('leaves a page that only talks nonsense', async () => {
    const { socket, until, closed } = open()
    await until('hello')
    for (let i = 0; i < 60; i++) socket.send('{')
    await until('refused')
    expect(await closed).toBe(1008)
  })

  it('lets a person play: time stands still until a key is held', async () => {
    const { socket, until, send } = open()
    expect(await until('hello')).toMatchObject({ mode: 'play', agent: null, actions: ['left', 'right'] })
    send({ kind: 'seed', seed: 7 })
    await until('status', (status) => status.seed === 7 && status.takenOver)
    await until('frame', (frame) => frame.episode === 1 && frame.step === 0)
    send({ kind: 'keys', held: ['ArrowRight'] })
    const moved = await until('frame', (frame) => frame.step === 3)
    expect(moved.observation[1]!).toBeGreaterThan(0.3)
    send({ kind: 'keys', held: [] })
    send({ kind: 'explore', on: true })
    expect((await until('refused')).why).toContain('no agent')
    socket.close()
  })
})
