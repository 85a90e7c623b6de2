import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { download, type RemoteFile } from '../../generative/datasets/download.ts'

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) & 255))
const sha256 = createHash('sha256').update(content).digest('hex')

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A server of one file; `requests` are the ranges that it was asked for. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, start: number) => void,
): Promise<{ file: RemoteFile; requests: string[] }> {
  const requests: string[] = []
  server = createServer((request, response) => {
    const { range = 'all' } = request.headers
    requests.push(range)
    answer(request, response, range === 'all' ? 0 : Number(/\d+/.exec(range)![0]))
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const file = { name: 'data.bin', url: `http://127.0.0.1:${port}/data.bin`, bytes: content.length, sha256 }
  return { file, requests }
}

function sendFrom(response: ServerResponse, start: number, bytes = content): void {
  if (start === 0) response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  else
    response
      .writeHead(206, { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` })
      .end(bytes.subarray(start))
}

const fresh = (): string => mkdtempSync(join(tmpdir(), 'ringside-download-'))

test('brings a file with progress, once', async () => {
  const { file, requests } = await serve((_, response, start) => sendFrom(response, start))
  const folder = join(fresh(), 'made', 'on the way')
  const seen: number[] = []
  const progress = (_: string, done: number, total: number, unit?: string): void => {
    expect([total, unit]).toEqual([content.length, 'bytes'])
    seen.push(done)
  }
  expect(await download([file], folder, { progress })).toEqual({ ok: true })
  expect(readFileSync(join(folder, 'data.bin')).equals(content)).toBe(true)
  expect(readdirSync(folder)).toEqual(['data.bin'])
  expect(seen.at(-1)).toBe(content.length)
  await download([file], folder)
  expect(requests).toEqual(['all'])
})

test('goes on with a part by a range', async () => {
  const { file, requests } = await serve((_, response, start) => sendFrom(response, start))
  const folder = fresh()
  writeFileSync(join(folder, 'data.bin.part'), content.subarray(0, 40_000))
  await download([file], folder)
  expect(requests).toEqual(['bytes=40000-'])
  expect(readFileSync(join(folder, 'data.bin')).equals(content)).toBe(true)
})

test('starts over where the server knows no ranges', async () => {
  const { file } = await serve((_, response) => sendFrom(response, 0))
  const folder = fresh()
  writeFileSync(join(folder, 'data.bin.part'), content.subarray(0, 40_000))
  await download([file], folder)
  expect(readFileSync(join(folder, 'data.bin')).equals(content)).toBe(true)
})

test('a part of another file is found out by its sum and brought again', async () => {
  const { file, requests } = await serve((_, response, start) => sendFrom(response, start))
  const folder = fresh()
  writeFileSync(join(folder, 'data.bin.part'), Buffer.alloc(40_000, 1))
  await download([file], folder)
  expect(requests).toEqual(['bytes=40000-', 'all'])
  expect(readFileSync(join(folder, 'data.bin')).equals(content)).toBe(true)
})

test('another file of the same length is thrown away', async () => {
  const { file } = await serve((_, response, start) => sendFrom(response, start, Buffer.alloc(content.length, 3)))
  const folder = fresh()
  await expect(download([file], folder)).rejects.toThrow(/thrown away.*SHA-256/)
  expect(readdirSync(folder)).toEqual([])
})

test('a server that dies is asked for the rest', async () => {
  let answers = 0
  const { file, requests } = await serve((_, response, start) => {
    if (answers++ > 0) return sendFrom(response, start)
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 30_000), () => setTimeout(() => response.destroy(), 50))
  })
  const folder = fresh()
  await download([file], folder)
  expect(requests).toEqual(['all', 'bytes=30000-'])
  expect(readFileSync(join(folder, 'data.bin')).equals(content)).toBe(true)
})

test('a server that dies each time: the part is kept, and never has the name', async () => {
  const { file } = await serve((_, response, start) => {
    response.writeHead(start === 0 ? 200 : 206, {
      'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
    })
    response.write(content.subarray(start, start + 10_000), () => setTimeout(() => response.destroy(), 50))
  })
  const folder = fresh()
  await expect(download([file], folder)).rejects.toThrow(
    /broke off.*30000 of 100000 bytes are kept.*goes on from there/s,
  )
  expect(readdirSync(folder)).toEqual(['data.bin.part'])
})

test('a server that falls silent', async () => {
  const { file } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 10_000))
  })
  const folder = fresh()
  await expect(download([file], folder, { patience: 200, retries: 0 })).rejects.toThrow(/nothing came for 0.2 seconds/)
})

test('no server and a server without the file are told apart from damage', async () => {
  const { file } = await serve((_, response) => response.writeHead(404).end())
  expect(await download([file], fresh())).toEqual({ ok: false, why: 'the server answered 404 Not Found' })
  server!.close()
  server!.closeAllConnections()
  const gone = await download([{ ...file, url: 'http://127.0.0.1:9/data.bin' }], fresh())
  expect(gone).toMatchObject({ ok: false })
  // What came before stays for another day.
  const folder = fresh()
  writeFileSync(join(folder, 'data.bin.part'), content.subarray(0, 40_000))
  expect(await download([{ ...file, url: 'http://127.0.0.1:9/data.bin' }], folder)).toMatchObject({ ok: false })
  expect(readFileSync(join(folder, 'data.bin.part')).length).toBe(40_000)
})

const full = existsSync('/dev/full')
if (!full) console.log('skipped: a disk that is full, as there is no /dev/full here')

test.skipIf(!full)('a disk that is full', async () => {
  const { file } = await serve((_, response, start) => sendFrom(response, start))
  const folder = fresh()
  symlinkSync('/dev/full', join(folder, 'data.bin.part'))
  await expect(download([file], folder)).rejects.toThrow(/The disk has no room.*RINGSIDE_DATA/)
  expect(readdirSync(folder)).toEqual([])
})
